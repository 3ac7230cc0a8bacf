/**
 * The networks of the seed article's Keras system for MNIST, made consistent: the discriminator ends in a logit, where the
 * article puts a sigmoid before a loss that expects logits.
 */
import {
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
} from '../graph/index.js';
import { type ImageShape, unfit } from './image-shape.js';

export interface KerasMnistOptions {
  /** Length of z: 100 in the article. */
  latentSize: number;
}

const same = { kernel: 4, stride: 2, padding: 'same' } as const;

/**
 * [latentSize] → [1, 28, 28] in [-1, 1]. The last layer, a 7×7 convolution, is that of Keras' own GAN guide; weights are
 * Glorot's and biases 0, Keras' defaults.
 *
 * @throws GanodeError `INVALID_OPTION` for an image that is not 1×28×28.
 */
export function kerasMnistGenerator(image: ImageShape, options: KerasMnistOptions): GraphSpec {
  if (image.channels !== 1 || image.height !== 28 || image.width !== 28) {
    throw unfit('keras-mnist', '1×28×28', image);
  }
  let h = input('z', { shape: [options.latentSize] });
  h = leakyRelu(dense(h, { units: 128 }));
  h = leakyRelu(dense(h, { units: 7 * 7 * 128 }));
  h = reshape(h, { shape: [128, 7, 7] });
  h = leakyRelu(convTranspose2d(h, { filters: 128, ...same }));
  h = leakyRelu(convTranspose2d(h, { filters: 64, ...same }));
  return graph({ image: tanh(conv2d(h, { filters: 1, kernel: 7, padding: 'same' })) });
}

/** [C, H, W] → one logit. */
export function kerasMnistDiscriminator({ channels, height, width }: ImageShape): GraphSpec {
  let h = input('image', { shape: [channels, height, width] });
  h = leakyRelu(conv2d(h, { filters: 64, ...same }));
  h = leakyRelu(conv2d(h, { filters: 128, ...same }));
  return graph({ logits: dense(flatten(h), { units: 1 }) });
}
