/** Pictures of points in the plane. */
import { GanodeError, invalid } from '../errors.js';
import { ranges, requireInRange } from '../ranges.js';
import { type Frame, toPng } from './png.js';

export interface ScatterOptions {
  /** Pixels a side, 64 … 4096. Default 480. */
  size?: number;
  /** Least and largest value that both axes show. Default: what holds all real points, and a tenth more on each side. */
  range?: readonly [number, number];
}

type Colour = readonly [number, number, number];

const colours = {
  paper: [255, 255, 255],
  box: [64, 64, 64],
  real: [176, 176, 176],
  generated: [209, 73, 91],
} as const satisfies Record<string, Colour>;
/** Pixels around the box. */
const margin = 8;
/** Of a point, in pixels. */
const radius = 1.6;
/** How much of what lies below a generated point it covers. */
const opacity = 0.6;

/**
 * Points as a square PNG with a box, x to the right and y up, in equal scale: real ones in grey, generated ones in red over them.
 * What lies outside the box, or is not finite, is not drawn.
 *
 * @param real `x, y, x, y, …`; they set the default range, so that pictures of one training are alike. May be empty with `range`.
 * @param generated The same; may be empty.
 * @throws GanodeError `INVALID_DATA` for half a point, or nothing that sets a range; `INVALID_OPTION`.
 */
export async function scatter(
  real: Float32Array,
  generated: Float32Array,
  { size = 480, range }: ScatterOptions = {},
): Promise<Buffer> {
  requireInRange('size', size, ranges.scatterSide);
  for (const points of [real, generated]) {
    if (points.length % 2 === 0) continue;
    const message = `scatter: expected points of two values each but received ${points.length} values`;
    throw new GanodeError('INVALID_DATA', message);
  }
  const canvas = new Canvas(size);
  const window = windowOf(real, range);
  draw(canvas, window, real, colours.real, 1);
  draw(canvas, window, generated, colours.generated, opacity);
  canvas.frame(margin, colours.box);
  return toPng(canvas.picture());
}

interface Window {
  left: number;
  bottom: number;
  side: number;
}

function draw(
  canvas: Canvas,
  { left, bottom, side }: Window,
  points: Float32Array,
  colour: Colour,
  alpha: number,
): void {
  const inner = canvas.size - 2 * margin;
  for (let i = 0; i < points.length; i += 2) {
    const x = ((points[i] as number) - left) / side;
    const y = ((points[i + 1] as number) - bottom) / side;
    if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) continue;
    canvas.dot(margin + x * inner, canvas.size - margin - y * inner, colour, alpha);
  }
}

/** A square picture on which one paints. Places are in pixels from the upper left corner; pixel i reaches from i to i + 1. */
class Canvas {
  private readonly data: Float32Array;

  constructor(readonly size: number) {
    this.data = Float32Array.from(
      { length: 3 * size * size },
      (_, i) => colours.paper[i % 3] as number,
    );
  }

  /** A disc, smooth at its edge. */
  dot(x: number, y: number, colour: Colour, alpha: number): void {
    const reach = Math.ceil(radius);
    for (let row = Math.floor(y) - reach; row <= Math.floor(y) + reach; row += 1) {
      for (let column = Math.floor(x) - reach; column <= Math.floor(x) + reach; column += 1) {
        const cover = radius + 0.5 - Math.hypot(column + 0.5 - x, row + 0.5 - y);
        if (cover > 0) this.paint(column, row, colour, alpha * Math.min(1, cover));
      }
    }
  }

  /** The edge of a square, one pixel wide, so far from the picture's edge. */
  frame(distance: number, colour: Colour): void {
    const last = this.size - 1 - distance;
    for (let place = distance; place <= last; place += 1) {
      for (const [column, row] of [
        [place, distance],
        [place, last],
        [distance, place],
        [last, place],
      ] as const) {
        this.paint(column, row, colour, 1);
      }
    }
  }

  picture(): Frame {
    // Rounded as it is written.
    return {
      width: this.size,
      height: this.size,
      channels: 3,
      data: new Uint8Array(Uint8ClampedArray.from(this.data).buffer),
    };
  }

  private paint(column: number, row: number, colour: Colour, alpha: number): void {
    const start = 3 * (row * this.size + column);
    colour.forEach((value, channel) => {
      const below = this.data[start + channel] as number;
      this.data[start + channel] = below + alpha * (value - below);
    });
  }
}

/** The square that is shown. */
function windowOf(real: Float32Array, range: readonly [number, number] | undefined): Window {
  if (range) {
    const [least, most] = range;
    if (!(Number.isFinite(least) && Number.isFinite(most) && least < most)) {
      throw invalid('range', 'a least and a larger most value', range.join(' … '));
    }
    return { left: least, bottom: least, side: most - least };
  }
  const extent = (axis: 0 | 1): { middle: number; width: number } => {
    const values = real.filter((value, i) => i % 2 === axis && Number.isFinite(value));
    const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    return { middle: (least + most) / 2, width: most - least };
  };
  const [x, y] = [extent(0), extent(1)];
  if (!Number.isFinite(x.middle) || !Number.isFinite(y.middle)) {
    throw new GanodeError('INVALID_DATA', 'scatter: expected a finite real point, or a range');
  }
  const side = 1.2 * Math.max(x.width, y.width) || 1;
  return { left: x.middle - side / 2, bottom: y.middle - side / 2, side };
}
