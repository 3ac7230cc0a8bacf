/**
 * The CIFAR-10 networks of "Conditional Image Synthesis with Auxiliary Classifier GANs" (Odena, Olah, Shlens 2017, table 2):
 * the generator takes the class beside the latent, the discriminator tells real from generated and, with a second output, the
 * class. Leaky slope 0.2, weights from N(0, 0.02).
 */
import {
  batchNorm,
  concat,
  conv2d,
  convTranspose2d,
  dense,
  dropout,
  flatten,
  type GraphSpec,
  graph,
  input,
  leakyRelu,
  oneHot,
  relu,
  reshape,
  tanh,
} from '../graph/index.js';
import { doublingsOf } from './doublings.js';
import type { ImageShape } from './image-shape.js';

export interface AcganOptions {
  /** Length of z, without the class: 100 in the paper. */
  latentSize: number;
  /** Channels of G's last hidden layer, doubled by each layer farther from the image: 96 in the paper. */
  generatorWidth: number;
  /** Channels of D's first layer, doubled by each of the others up to 32 times: 16 in the paper. */
  discriminatorWidth: number;
}

const initializer = { kind: 'normal', std: 0.02 } as const;

/**
 * [latentSize] and a label → [C, H, W] in [-1, 1].
 *
 * @throws GanodeError `INVALID_OPTION` for an image whose size `doublingsOf` refuses.
 */
export function acganGenerator(
  image: ImageShape,
  options: AcganOptions,
  classes: number,
): GraphSpec {
  const { base, doublings } = doublingsOf('acgan', image);
  const channels = options.generatorWidth * 2 ** (doublings - 1);
  const z = input('z', { shape: [options.latentSize] });
  let h = concat([z, oneHot(input('label', { classes }))]);
  h = relu(dense(h, { units: base[0] * base[1] * channels, initializer }));
  h = reshape(h, { shape: [channels, ...base] });
  const up = { kernel: 5, stride: 2, padding: 'same', initializer } as const;
  for (let level = doublings - 2; level >= 0; level -= 1) {
    h = convTranspose2d(h, { filters: options.generatorWidth * 2 ** level, ...up });
    h = relu(batchNorm(h));
  }
  return graph({ image: tanh(convTranspose2d(h, { filters: image.channels, ...up })) });
}

/**
 * [C, H, W] → `logits`: one logit, and `classLogits`: one for each class. Each halving is two layers, the first of stride 2;
 * batch norm but in the first layer, dropout of one half behind each.
 *
 * @throws GanodeError `INVALID_OPTION` as `acganGenerator`.
 */
export function acganDiscriminator(
  image: ImageShape,
  { discriminatorWidth }: AcganOptions,
  classes: number,
): GraphSpec {
  const { doublings } = doublingsOf('acgan', image);
  let h = input('image', { shape: [image.channels, image.height, image.width] });
  for (let layer = 0; layer < 2 * doublings; layer += 1) {
    const filters = discriminatorWidth * 2 ** Math.min(layer, 5);
    const stride = layer % 2 === 0 ? 2 : 1;
    h = conv2d(h, { filters, kernel: 3, stride, padding: 'same', initializer });
    if (layer > 0) h = batchNorm(h);
    h = dropout(leakyRelu(h), { rate: 0.5 });
  }
  const features = flatten(h);
  return graph({
    logits: dense(features, { units: 1, initializer }),
    classLogits: dense(features, { units: classes, initializer }),
  });
}
