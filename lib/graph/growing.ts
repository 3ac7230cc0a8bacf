/** What networks that grow while they train are joined by. Formula: `docs/graph.md`. */
import { required, whole } from './check.js';
import { type NodeOptions, node, type Value } from './value.js';

export interface FadeOptions extends NodeOptions {
  /** Which doubling of the images' size fades in here, counted from 1: the first from the smallest images. */
  level: number;
}

/**
 * From one value over to another of the same shape, as training grows past `level` (Karras et al. 2018):
 * (1 - share) · `old` + share · `next`. The share is kept with the weights; 1 until a recipe's `growing` sets it. Of what has no
 * share nothing is computed.
 */
export function fade(old: Value, next: Value, options: FadeOptions): Value {
  return node('fade', [old, next], options, { level: required(whole(1)) });
}
