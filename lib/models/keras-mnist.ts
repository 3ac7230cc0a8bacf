/**
 * Networks of a widely copied kind of Keras tutorial for MNIST, without any normalization, and made consistent: the discriminator
 * ends in a logit, where such tutorials put a sigmoid before a loss that expects logits.
 */
import {
  batchNorm,
  conv2d,
  convTranspose2d,
  dense,
  flatten,
  type GraphSpec,
  graph,
  input,
  leakyRelu,
  reshape,
  tanh,
  type Value,
} from '../graph/index.js';
import { type ImageShape, unfit } from './image-shape.js';

export interface KerasMnistOptions {
  /** Length of z: 100 in the tutorial. */
  latentSize: number;
  /** Channels of the layer next to the image; the one behind it has twice as many. 64 (default) in the tutorial. */
  width?: number;
  /**
   * What normalizes G's hidden layers: `none` (default), as the tutorial prints it, or `batch`, batch normalization before each
   * leaky ReLU, which keeps these networks from collapsing; those layers then have no biases.
   */
  generatorNorm?: 'none' | 'batch';
}

const same = { kernel: 4, stride: 2, padding: 'same' } as const;

/**
 * [latentSize] → [1, 28, 28] in [-1, 1]. The last layer, a 7×7 convolution, is that of Keras' own GAN guide; weights are
 * Glorot's and biases 0, Keras' defaults.
 *
 * @throws GanodeError `INVALID_OPTION` for an image that is not 1×28×28.
 */
export function kerasMnistGenerator(
  image: ImageShape,
  { latentSize, width = 64, generatorNorm = 'none' }: KerasMnistOptions,
): GraphSpec {
  if (image.channels !== 1 || image.height !== 28 || image.width !== 28) {
    throw unfit('keras-mnist', '1×28×28', image);
  }
  const normalized = generatorNorm === 'batch';
  const hidden = (h: Value): Value => leakyRelu(normalized ? batchNorm(h) : h);
  // A bias before batch normalization would be subtracted again.
  const options = normalized ? { bias: false } : {};
  let h = input('z', { shape: [latentSize] });
  h = hidden(dense(h, { units: 128, ...options }));
  h = hidden(dense(h, { units: 7 * 7 * 2 * width, ...options }));
  h = reshape(h, { shape: [2 * width, 7, 7] });
  h = hidden(convTranspose2d(h, { filters: 2 * width, ...same, ...options }));
  h = hidden(convTranspose2d(h, { filters: width, ...same, ...options }));
  return graph({ image: tanh(conv2d(h, { filters: 1, kernel: 7, padding: 'same' })) });
}

/** [C, H, W] → one logit. */
export function kerasMnistDiscriminator(
  { channels, height, width: columns }: ImageShape,
  { width = 64 }: Partial<KerasMnistOptions> = {},
): GraphSpec {
  let h = input('image', { shape: [channels, height, columns] });
  h = leakyRelu(conv2d(h, { filters: width, ...same }));
  h = leakyRelu(conv2d(h, { filters: 2 * width, ...same }));
  return graph({ logits: dense(flatten(h), { units: 1 }) });
}
