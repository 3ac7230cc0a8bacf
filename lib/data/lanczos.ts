/** Resizing by Lanczos' window of three lobes, widened when it shrinks, as Pillow's `Image.LANCZOS` does. */

/** What one output value is made of: `count` input values from `first`, with weights from `weights[offset]`. */
interface Taps {
  first: Int32Array;
  offset: Int32Array;
  weights: Float32Array;
}

const lobes = 3;

/** Resizes planes from one size to another; made once, used for many. */
export class Lanczos {
  private readonly across: Taps;
  private readonly down: Taps;
  private readonly rows: Float32Array;

  constructor(
    private readonly from: { height: number; width: number },
    private readonly to: { height: number; width: number },
  ) {
    this.across = taps(from.width, to.width);
    this.down = taps(from.height, to.height);
    this.rows = new Float32Array(from.height * to.width);
  }

  /** Multiply-adds for one plane. */
  get cost(): number {
    const { from, to } = this;
    return from.height * this.across.weights.length + to.width * this.down.weights.length;
  }

  /** Resizes `source`, H×W, into `target`, H'×W'. Bytes are rounded and clamped. */
  resize(source: Uint8Array | Float32Array, target: Uint8ClampedArray | Float32Array): void {
    const { from, to, rows } = this;
    for (let y = 0; y < from.height; y += 1) {
      blend(this.across, source, y * from.width, 1, rows, y * to.width, 1);
    }
    for (let x = 0; x < to.width; x += 1) blend(this.down, rows, x, to.width, target, x, to.width);
  }
}

/** One line: values of `source` from `start`, `stride` apart, to values of `target`. */
function blend(
  { first, offset, weights }: Taps,
  source: Uint8Array | Float32Array,
  start: number,
  stride: number,
  target: Uint8ClampedArray | Float32Array,
  targetStart: number,
  targetStride: number,
): void {
  for (let out = 0; out < first.length; out += 1) {
    let sum = 0;
    let from = start + (first[out] as number) * stride;
    const end = offset[out + 1] as number;
    for (let tap = offset[out] as number; tap < end; tap += 1) {
      sum += (weights[tap] as number) * (source[from] as number);
      from += stride;
    }
    target[targetStart + out * targetStride] = sum;
  }
}

function taps(from: number, to: number): Taps {
  const scale = from / to;
  const widened = Math.max(scale, 1);
  const reach = lobes * widened;
  const first = new Int32Array(to);
  const offset = new Int32Array(to + 1);
  const weights: number[] = [];
  for (let out = 0; out < to; out += 1) {
    const centre = (out + 0.5) * scale;
    const begin = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5));
    const raw = Array.from({ length: end - begin }, (_, i) =>
      lanczos((begin + i + 0.5 - centre) / widened),
    );
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    weights.push(...raw.map((weight) => weight / total));
    first[out] = begin;
    offset[out + 1] = weights.length;
  }
  return { first, offset, weights: Float32Array.from(weights) };
}

function lanczos(x: number): number {
  return Math.abs(x) < lobes ? sinc(x) * sinc(x / lobes) : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
