import { add, reshape, tanh, type Value } from '../graph/index.js';
import type { ImageShape } from './image-shape.js';

/**
 * Outputs of a decoder whose values are Bernoulli probabilities: `logits` a, and the `image` of the probabilities on the scale of
 * [-1, 1], 2σ(a) - 1 = tanh(a / 2).
 *
 * @param half a / 2, with as many values as the image.
 */
export function decoded(
  half: Value,
  { channels, height, width }: ImageShape,
): { image: Value; logits: Value } {
  const shaped = reshape(half, { shape: [channels, height, width] });
  return { image: tanh(shaped), logits: add([shaped, shaped]) };
}
