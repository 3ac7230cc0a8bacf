/** What the items of a dataset are, beside their shape. */
import { invalid } from '../errors.js';
import { mostCurves } from '../image/curves.js';
import type { ImageShape } from '../recipes/schema.js';

/**
 * - `images`: pixels, which are drawn as pictures; bytes, or numbers from -1 (black) to 1 (white).
 * - `sequences`: numbers at each of some steps, in one channel of steps×features; drawn as curves.
 * - `points`: places, each of one number a channel; drawn in the plane, where they have two coordinates.
 */
export type DataKind = (typeof kinds)[number];

export const kinds = ['images', 'sequences', 'points'] as const;

/** @throws GanodeError `INVALID_OPTION` for anything else. */
export function requireKind(kind: unknown): asserts kind is DataKind {
  if (!kinds.includes(kind as DataKind)) {
    throw invalid('kind', "'images', 'sequences' or 'points'", kind);
  }
}

/**
 * The kind that data says it is. Where it does not say, bytes are images; float32 of 1×1 are points; float32 of one channel, up
 * to as many numbers wide as can be drawn as curves, are sequences; other float32 are images.
 */
export function kindOf({
  kind,
  dtype,
  shape: { channels, height, width },
}: {
  kind?: DataKind;
  dtype: 'uint8' | 'float32';
  shape: ImageShape;
}): DataKind {
  if (kind) return kind;
  if (dtype === 'uint8') return 'images';
  if (height === 1 && width === 1) return 'points';
  return channels === 1 && height > 1 && width <= mostCurves ? 'sequences' : 'images';
}
