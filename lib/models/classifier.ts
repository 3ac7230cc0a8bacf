/** A small convolutional classifier, whose features measure generated images where no larger network is at hand. */
import {
  conv2d,
  dense,
  flatten,
  type GraphSpec,
  graph,
  input,
  maxPool,
  relu,
  silu,
} from '../graph/index.js';
import type { ImageShape } from '../recipes/schema.js';

/** Values that the network says of an image before it decides on a class. */
export const featureSize = 128;

/**
 * [C, H, W] in [-1, 1] → features [128] and logits [classes]. Strided 4×4 convolutions (32 filters, then 64) until the shorter
 * side is under 48, one at least; then 3×3 convolutions of 64 filters, with pooling between, until it is under 6. 168,000 weights
 * for MNIST, 315,000 for 128×128 in colour. The features are smooth (SiLU), unlike a ReLU's, half of which are zeros.
 *
 * @param image At least 2 pixels a side.
 */
export function classifierNetwork(
  { channels, height, width }: ImageShape,
  classes: number,
): GraphSpec {
  let h = input('image', { shape: [channels, height, width] });
  let side = Math.min(height, width);
  for (let filters = 32; filters === 32 || side >= 48; filters = 64) {
    h = relu(conv2d(h, { filters, kernel: 4, stride: 2, padding: 1 }));
    side = Math.floor(side / 2);
  }
  for (;;) {
    h = relu(conv2d(h, { filters: 64, kernel: 3, padding: 1 }));
    if (side < 6) break;
    h = maxPool(h, { kernel: 2 });
    side = Math.floor(side / 2);
  }
  const features = silu(dense(flatten(h), { units: featureSize }));
  return graph({ features, logits: dense(features, { units: classes }) });
}
