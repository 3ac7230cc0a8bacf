/** Where the channels of images stand among their sides. */
import { invalid } from '../errors.js';
import type { Pixels } from '../image/pixels.js';
import type { ImageShape } from '../recipes/schema.js';

/**
 * - `channelsFirst`: C×H×W, all of one channel before the next: what networks take, PyTorch's order.
 * - `channelsLast`: H×W×C, the channels of one pixel side by side: a canvas's order, and that of Keras, Pillow and OpenCV.
 */
export type Layout = (typeof layouts)[number];

export const layouts = ['channelsFirst', 'channelsLast'] as const;

/** @throws GanodeError `INVALID_OPTION` for anything else. */
export function requireLayout(layout: unknown): asserts layout is Layout {
  if (!layouts.includes(layout as Layout)) {
    throw invalid('layout', "'channelsFirst' or 'channelsLast'", layout);
  }
}

/**
 * Whether three sides, which should be C×H×W, look like H×W×C: the last one can be channels (1, 3 or 4), and neither of the
 * others can. Feature maps such as 64×4×4 and points such as 16×1×1 do not.
 */
export function looksChannelsLast([first, second, third]: readonly [
  number,
  number,
  number,
]): boolean {
  return [1, 3, 4].includes(third) && first > 4 && second > 4;
}

/** Images of H×W×C, one after the other, as C×H×W. Images of one channel are given back as they are, others are copied. */
export function toChannelsFirst<Kind extends Pixels>(
  images: Kind,
  { channels, height, width }: ImageShape,
): Kind {
  if (channels === 1) return images;
  const plane = height * width;
  const size = channels * plane;
  const planar = new (images.constructor as new (length: number) => Kind)(images.length);
  for (let start = 0; start < images.length; start += size) {
    for (let channel = 0; channel < channels; channel += 1) {
      let to = start + channel * plane;
      let from = start + channel;
      for (let pixel = 0; pixel < plane; pixel += 1) {
        planar[to] = images[from] as number;
        to += 1;
        from += channels;
      }
    }
  }
  return planar;
}
