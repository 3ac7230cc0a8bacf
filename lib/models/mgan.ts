/**
 * MGAN: "MGAN: Training Generative Adversarial Nets with Multiple Generators" (Hoang, Nguyen, Le, Phung 2018), as the official code
 * has it (qhoangdl/MGAN): K generators that share all layers but the first, one of which is drawn for each image; the
 * discriminator has a second output, which tells the generator. Kernels of 5×5, leaky slope 0.2, weights from N(0, 0.02).
 */
import {
  batchNorm,
  conv2d,
  convTranspose2d,
  dense,
  flatten,
  type GraphSpec,
  gate,
  graph,
  input,
  leakyRelu,
  mixture,
  relu,
  reshape,
  slice,
  tanh,
} from '../graph/index.js';
import { doublingsOf } from './doublings.js';
import type { ImageShape } from './image-shape.js';

export interface MganOptions {
  /** Length of z, without the numbers that choose the expert: 100 in the official code. */
  latentSize: number;
  /** Generators: 10 in the official code. */
  experts: number;
  /** Channels of the layers next to the image, doubled by each layer farther from it: 128 in the official code. */
  width: number;
}

const initializer = { kind: 'normal', std: 0.02 } as const;
const layer = { kernel: 5, stride: 2, padding: 'same', initializer } as const;

/**
 * [latentSize + experts] → `image`: [C, H, W] in [-1, 1], and `gate`: [experts], a one for the expert that made it. That is the
 * one whose own number, of the last of z, is the greatest: all are equally likely, whatever the latents' distribution.
 *
 * @throws GanodeError `INVALID_OPTION` for an image whose size `doublingsOf` refuses.
 */
export function mganGenerator(
  image: ImageShape,
  { latentSize, experts, width }: MganOptions,
): GraphSpec {
  const { base, doublings } = doublingsOf('mgan', image);
  const channels = width * 2 ** (doublings - 1);
  const latent = input('z', { shape: [latentSize + experts] });
  const z = slice(latent, { length: latentSize });
  const choice = gate(slice(latent, { start: latentSize, length: experts }), undefined);
  const first = dense(z, { units: experts * channels * base[0] * base[1], initializer });
  let h = mixture(relu(batchNorm(first)), choice);
  h = reshape(h, { shape: [channels, ...base] });
  for (let level = doublings - 2; level >= 0; level -= 1) {
    h = relu(batchNorm(convTranspose2d(h, { filters: width * 2 ** level, ...layer })));
  }
  h = tanh(convTranspose2d(h, { filters: image.channels, ...layer }));
  return graph({ image: h, gate: choice });
}

/**
 * [C, H, W] → `logits`: one logit, and `expertLogits`: one for each expert.
 *
 * @throws GanodeError `INVALID_OPTION` as `mganGenerator`.
 */
export function mganDiscriminator(image: ImageShape, { experts, width }: MganOptions): GraphSpec {
  const { doublings } = doublingsOf('mgan', image);
  let h = input('image', { shape: [image.channels, image.height, image.width] });
  for (let level = 0; level < doublings; level += 1) {
    h = leakyRelu(batchNorm(conv2d(h, { filters: width * 2 ** level, ...layer })));
  }
  const features = flatten(h);
  return graph({
    logits: dense(features, { units: 1, initializer: { kind: 'normal', std: 0.01 } }),
    expertLogits: dense(features, { units: experts, initializer: { kind: 'normal', std: 0.01 } }),
  });
}
