/**
 * DCGAN: "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks" (Radford, Metz,
 * Chintala 2016), layer for layer as PyTorch's official example: strided convolutions, batch norm everywhere but at the
 * output of G and the input of D, weights from N(0, 0.02).
 */

import {
  batchNorm,
  concat,
  conv2d,
  convTranspose2d,
  dense,
  embedding,
  type GraphSpec,
  graph,
  type Initializer,
  input,
  leakyRelu,
  relu,
  reshape,
  tanh,
  type Value,
} from '../graph/index.js';
import { covering, doublingsOf } from './doublings.js';
import type { ImageShape } from './image-shape.js';

export interface DcganOptions {
  /** Length of z: 100 in the paper. */
  latentSize: number;
  /** Channels of the layer next to the image, doubled by each layer farther from it: 64 in the official example. */
  width: number;
  /**
   * What normalizes D's inner layers: `batch` (default), as in the paper, or `none`, so that it does not mix the samples of a batch (for
   * gradient penalties, and for simultaneous updates); those layers then have biases.
   */
  discriminatorNorm?: 'batch' | 'none';
  /** What normalizes G's inner layers: `batch` (default), as in the paper, or `none`, which gives those layers biases. */
  generatorNorm?: 'batch' | 'none';
}

const weights: Initializer = { kind: 'normal', std: 0.02 };
const scales: Initializer = { kind: 'normal', mean: 1, std: 0.02 };

/**
 * [latentSize] (and, for `classes` above 0, a label) → [C, H, W] in [-1, 1].
 *
 * @throws GanodeError `INVALID_OPTION` for an image whose size `doublingsOf` refuses.
 */
export function dcganGenerator(
  image: ImageShape,
  { latentSize, width, generatorNorm = 'batch' }: DcganOptions,
  classes: number,
): GraphSpec {
  const { base, doublings } = doublingsOf('dcgan', image);
  const z = input('z', { shape: [latentSize] });
  let size = latentSize;
  let h: Value = z;
  if (classes > 0) {
    // Conditional GAN (Mirza & Osindero 2014): the class, as a learned vector, beside the latent.
    const label = embedding(input('label', { classes }), { units: latentSize });
    h = concat([z, label]);
    size += latentSize;
  }
  h = reshape(h, { shape: [size, 1, 1] });
  const normalized = generatorNorm === 'batch';
  const hidden = (x: Value): Value => relu(normalized ? batchNorm(x, { initializer: scales }) : x);
  const up = { initializer: weights, bias: !normalized } as const;
  h = hidden(
    convTranspose2d(h, { filters: width * 2 ** (doublings - 1), kernel: covering(base), ...up }),
  );
  for (let level = doublings - 2; level >= 0; level -= 1) {
    const filters = width * 2 ** level;
    h = hidden(convTranspose2d(h, { filters, kernel: 4, stride: 2, padding: 1, ...up }));
  }
  const last = { filters: image.channels, kernel: 4, stride: 2, padding: 1 };
  return graph({ image: tanh(convTranspose2d(h, { ...last, ...up, bias: false })) });
}

/**
 * [C, H, W] (and, for `classes` above 0, a label) → one logit.
 *
 * @throws GanodeError `INVALID_OPTION` as `dcganGenerator`.
 */
export function dcganDiscriminator(
  image: ImageShape,
  { width, discriminatorNorm = 'batch' }: DcganOptions,
  classes: number,
): GraphSpec {
  const { base, doublings } = doublingsOf('dcgan', image);
  const { channels, height } = image;
  let h = input('image', { shape: [channels, height, image.width] });
  if (classes > 0) {
    // The class as one more channel.
    const label = input('label', { classes });
    const plane = dense(embedding(label, { units: 50 }), { units: height * image.width });
    h = concat([h, reshape(plane, { shape: [1, height, image.width] })]);
  }
  const down = { kernel: 4, stride: 2, padding: 1, initializer: weights, bias: false } as const;
  h = leakyRelu(conv2d(h, { filters: width, ...down }));
  for (let level = 1; level < doublings; level += 1) {
    const normalized = discriminatorNorm === 'batch';
    h = conv2d(h, { filters: width * 2 ** level, ...down, bias: !normalized });
    h = leakyRelu(normalized ? batchNorm(h, { initializer: scales }) : h);
  }
  h = conv2d(h, { filters: 1, kernel: covering(base), initializer: weights, bias: false });
  return graph({ logits: reshape(h, { shape: [1] }) });
}
