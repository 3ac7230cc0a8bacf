/**
 * The standard CNN of "Spectral Normalization for Generative Adversarial Networks" (Miyato et al. 2018, table 3). With labels:
 * the projection discriminator and the conditional batch norm of "cGANs with Projection Discriminator" (Miyato & Koyama 2018).
 */
import {
  batchNorm,
  conditionalBatchNorm,
  conv2d,
  convTranspose2d,
  dense,
  flatten,
  type GraphSpec,
  globalSumPool,
  graph,
  input,
  leakyRelu,
  relu,
  reshape,
  tanh,
  type Value,
} from '../graph/index.js';
import { doublingsOf } from './doublings.js';
import type { ImageShape } from './image-shape.js';
import { projectionVerdict } from './projection.js';

export interface SnganOptions {
  /** Length of z: 128 in the paper. */
  latentSize: number;
  /** Channels of the layer next to the image, doubled by each doubling of the distance from it: 64 in the paper. */
  width: number;
}

/** Of the authors' group's code for these networks (pfnet-research/chainer-gan-lib). */
const initializer = { kind: 'normal', std: 0.02 } as const;

/**
 * [latentSize] (and, for `classes` above 0, a label) → [C, H, W] in [-1, 1].
 *
 * @throws GanodeError `INVALID_OPTION` for an image whose size `doublingsOf` refuses.
 */
export function snganGenerator(
  image: ImageShape,
  { latentSize, width }: SnganOptions,
  classes: number,
): GraphSpec {
  const { base, doublings } = doublingsOf('sngan', image);
  const label = classes > 0 ? input('label', { classes }) : undefined;
  const normalize = (x: Value): Value => (label ? conditionalBatchNorm(x, label) : batchNorm(x));
  const channels = width * 2 ** doublings;
  let h = input('z', { shape: [latentSize] });
  h = dense(h, { units: base[0] * base[1] * channels, initializer });
  h = relu(normalize(reshape(h, { shape: [channels, ...base] })));
  for (let level = doublings - 1; level >= 0; level -= 1) {
    const filters = width * 2 ** level;
    h = convTranspose2d(h, { filters, kernel: 4, stride: 2, padding: 1, initializer });
    h = relu(normalize(h));
  }
  const last = { filters: image.channels, kernel: 3, padding: 1, initializer };
  return graph({ image: tanh(conv2d(h, last)) });
}

/**
 * [C, H, W] (and, for `classes` above 0, a label) → one logit. Every layer is spectrally normalized; at each size a 3×3
 * convolution, then one of stride 2 down to the next; leaky slope 0.1.
 *
 * @throws GanodeError `INVALID_OPTION` as `snganGenerator`.
 */
export function snganDiscriminator(
  image: ImageShape,
  { width }: SnganOptions,
  classes: number,
): GraphSpec {
  const { doublings } = doublingsOf('sngan', image);
  const normal = { initializer, spectralNorm: true } as const;
  const convolve = (x: Value, filters: number, window: { kernel: number; stride: number }): Value =>
    leakyRelu(conv2d(x, { filters, ...window, padding: 1, ...normal }), { negativeSlope: 0.1 });
  let h = input('image', { shape: [image.channels, image.height, image.width] });
  for (let level = 0; level <= doublings; level += 1) {
    const filters = width * 2 ** level;
    h = convolve(h, filters, { kernel: 3, stride: 1 });
    if (level < doublings) h = convolve(h, filters, { kernel: 4, stride: 2 });
  }
  const logit = dense(flatten(h), { units: 1, ...normal });
  // The class' vector meets the features' sum over the image.
  return projectionVerdict(logit, () => globalSumPool(h), classes, normal);
}
