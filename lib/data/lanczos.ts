/** Resizing by Lanczos' window of three lobes, widened when it shrinks, as Pillow's `Image.LANCZOS` does. */
import type { Frame, Size } from './frame.js';

/** What one output value is made of: `count` input values from `first`, with weights from `weights[offset]`. */
interface Taps {
  first: Int32Array;
  offset: Int32Array;
  weights: Float32Array;
}

const lobes = 3;

/** Resizes planes of one size into frames; made once, used for many. */
export class Lanczos {
  private readonly across: Taps;
  private readonly down: Taps;
  private readonly rows: Float32Array;

  constructor(
    private readonly from: Size,
    private readonly frame: Frame,
  ) {
    const { scaled, cut } = frame;
    this.across = taps(from.width, scaled.width, cut.left, cut.width);
    this.down = taps(from.height, scaled.height, cut.top, cut.height);
    this.rows = new Float32Array(from.height * cut.width);
  }

  /** Multiply-adds for one plane. */
  get cost(): number {
    const { from, frame } = this;
    return from.height * this.across.weights.length + frame.cut.width * this.down.weights.length;
  }

  /**
   * Resizes `source`, H×W, into its frame of `target`, whose rows are `width` wide. Bytes are rounded and clamped; numbers stay
   * within [-1, 1], or what range `source` has beyond it.
   */
  resize(
    source: Uint8Array | Float32Array,
    target: Uint8ClampedArray | Float32Array,
    width: number,
  ): void {
    const { from, frame, rows } = this;
    const { cut, top, left } = frame;
    for (let y = 0; y < from.height; y += 1) {
      blend(this.across, source, y * from.width, 1, rows, y * cut.width, 1);
    }
    for (let x = 0; x < cut.width; x += 1) {
      blend(this.down, rows, x, cut.width, target, top * width + left + x, width);
    }
    if (source instanceof Float32Array && target instanceof Float32Array) {
      limit(target, source);
    }
  }
}

/** Takes back what the window's negative lobes add beyond the darkest and brightest values. */
function limit(target: Float32Array, source: Float32Array): void {
  const least = source.reduce((a, b) => Math.min(a, b), -1);
  const most = source.reduce((a, b) => Math.max(a, b), 1);
  target.forEach((value, i) => {
    if (value < least) target[i] = least;
    else if (value > most) target[i] = most;
  });
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

/** What the outputs from `firstOut` on, `count` of them, of a line of `from` values resized to `to` are made of. */
function taps(from: number, to: number, firstOut: number, count: number): Taps {
  const scale = from / to;
  const widened = Math.max(scale, 1);
  const reach = lobes * widened;
  const first = new Int32Array(count);
  const offset = new Int32Array(count + 1);
  const weights: number[] = [];
  for (let out = 0; out < count; out += 1) {
    const centre = (firstOut + out + 0.5) * scale;
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
