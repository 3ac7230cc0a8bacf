/**
 * MEGAN: "MEGAN: Mixture of Experts of Generative Adversarial Networks for Multimodal Image Generation" (Park, Yoo, Bahng, Choo,
 * Park 2018): several DCGANs, and a gating network, which by z and by the experts' first features chooses the one that makes
 * the image, by a straight-through Gumbel-softmax. The experts are the groups of grouped layers.
 */
import {
  batchNorm,
  concat,
  convTranspose2d,
  dense,
  type GraphSpec,
  gate,
  globalAvgPool,
  graph,
  type Initializer,
  input,
  mixture,
  relu,
  reshape,
  type ScheduleSpec,
  slice,
  tanh,
  type Value,
} from '../graph/index.js';
import { covering, doublingsOf } from './doublings.js';
import type { ImageShape } from './image-shape.js';

export interface MeganOptions {
  /** Length of z, without the gate's noise. */
  latentSize: number;
  /** Generators. */
  experts: number;
  /** Channels of each expert's layer next to the image, doubled by each layer farther from it. */
  width: number;
  /** Units of both hidden layers of the gating network. */
  gateUnits: number;
  /** Of the Gumbel-softmax. */
  temperature: number | ScheduleSpec;
}

const weights: Initializer = { kind: 'normal', std: 0.02 };
const scales: Initializer = { kind: 'normal', mean: 1, std: 0.02 };

/**
 * [latentSize + experts] → `image`: [C, H, W] in [-1, 1], and `gate`: [experts], a one for the expert that made it. The last
 * numbers of z are the gate's noise, and have to be normal.
 *
 * @throws GanodeError `INVALID_OPTION` for an image whose size `doublingsOf` refuses.
 */
export function meganGenerator(image: ImageShape, options: MeganOptions): GraphSpec {
  const { base, doublings } = doublingsOf('megan', image);
  const { latentSize, experts, width } = options;
  const latent = input('z', { shape: [latentSize + experts] });
  const z = slice(latent, { length: latentSize });
  const noise = slice(latent, { start: latentSize, length: experts });

  const channels = width * 2 ** (doublings - 1);
  const up = { initializer: weights, bias: false } as const;
  let h: Value = reshape(z, { shape: [latentSize, 1, 1] });
  h = convTranspose2d(h, { filters: experts * channels, kernel: covering(base), ...up });
  h = relu(batchNorm(h, { initializer: scales }));
  const choice = gatingNetwork(z, h, noise, options);
  const grouped = { kernel: 4, stride: 2, padding: 1, groups: experts, ...up } as const;
  for (let level = doublings - 2; level >= 0; level -= 1) {
    h = convTranspose2d(h, { filters: experts * width * 2 ** level, ...grouped });
    h = relu(batchNorm(h, { initializer: scales }));
  }
  h = tanh(convTranspose2d(h, { filters: experts * image.channels, ...grouped }));
  return graph({ image: mixture(h, choice), gate: choice });
}

function gatingNetwork(
  z: Value,
  features: Value,
  noise: Value,
  { gateUnits, experts, temperature }: MeganOptions,
): Value {
  let h = concat([z, globalAvgPool(features)]);
  for (let layer = 0; layer < 2; layer += 1) h = relu(dense(h, { units: gateUnits }));
  return gate(dense(h, { units: experts }), noise, { temperature });
}
