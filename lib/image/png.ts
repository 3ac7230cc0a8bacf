/** Pictures of batches. */
import sharp, { type Sharp } from 'sharp';
import { allocate } from '../memory.js';
import { requireRanges } from '../ranges.js';

/** One picture as encoders want it: H×W×C bytes. */
export interface Frame {
  width: number;
  height: number;
  channels: 1 | 3 | 4;
  data: Uint8Array;
}

/** N×C×H×W bytes. */
interface Batch {
  shape: readonly number[];
  data: Uint8Array;
}

/** Image `index` of a batch, channels last. */
export function frameOf(batch: Batch, index: number): Frame {
  const [, channels, height, width] = batch.shape as [number, 1 | 3 | 4, number, number];
  const frame: Frame = { width, height, channels, data: new Uint8Array(height * width * channels) };
  paste(batch, index, frame, 0, 0);
  return frame;
}

/**
 * All images of a batch side by side, row by row, `padding` pixels of black between.
 * Throws `INVALID_OPTION` unless `columns` is a whole number from 1 and `padding` one from 0 to 4096.
 */
export function montage(
  batch: Batch,
  { columns, padding = 2 }: { columns?: number; padding?: number } = {},
): Frame {
  const [n, channels, height, width] = batch.shape as [number, 1 | 3 | 4, number, number];
  requireRanges({ columns, padding });
  const across = Math.min(columns ?? Math.ceil(Math.sqrt(n)), n);
  const down = Math.ceil(n / across);
  const frame: Frame = {
    width: across * (width + padding) - padding,
    height: down * (height + padding) - padding,
    channels,
    data: new Uint8Array(),
  };
  frame.data = allocate(
    Uint8Array,
    frame.width * frame.height * channels,
    `the ${frame.height}×${frame.width} pixels of a grid of ${n} images`,
    'fewer images take less',
  );
  for (let index = 0; index < n; index += 1) {
    const x = (index % across) * (width + padding);
    const y = Math.floor(index / across) * (height + padding);
    paste(batch, index, frame, x, y);
  }
  return frame;
}

function paste(batch: Batch, index: number, frame: Frame, x: number, y: number): void {
  const [, channels, height, width] = batch.shape as [number, number, number, number];
  const plane = height * width;
  const start = index * channels * plane;
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const to = ((y + row) * frame.width + x + column) * channels;
      const from = start + row * width + column;
      for (let channel = 0; channel < channels; channel += 1) {
        frame.data[to + channel] = batch.data[from + channel * plane] as number;
      }
    }
  }
}

export function toPng(frame: Frame): Promise<Buffer> {
  return sharpOf(frame).png().toBuffer();
}

/** Gives the picture as sharp takes it up for encoding; a picture of one channel stays grey. */
export function sharpOf({ width, height, channels, data }: Frame): Sharp {
  const picture = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  return channels === 1 ? picture.toColourspace('b-w') : picture;
}
