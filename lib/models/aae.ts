/**
 * The multilayer perceptrons of "Adversarial Autoencoders" (Makhzani et al. 2016, appendix A.1): two hidden layers of rectifiers in the
 * encoder, the decoder and the discriminator, which judges codes.
 */
import {
  dense,
  flatten,
  type GraphSpec,
  graph,
  type Initializer,
  input,
  relu,
  type Value,
} from '../graph/index.js';
import { decoded } from './decoded.js';
import type { ImageShape } from './image-shape.js';

export interface AaeOptions {
  /** Length of z: 8 for MNIST in the paper. */
  latentSize: number;
  /** Units of every hidden layer: 1000 in the paper. */
  units: number;
  /** `deterministic` as the paper's experiments, or a `gaussian` that the encoder tells mean and log variance of. */
  posterior: 'deterministic' | 'gaussian';
}

/** As the paper: N(0, 0.01), taken as the standard deviation. */
const initializer: Initializer = { kind: 'normal', std: 0.01 };

function hidden(x: Value, units: number): Value {
  const first = relu(dense(x, { units, initializer }));
  return relu(dense(first, { units, initializer }));
}

/** [C, H, W] → code [latentSize], or mean and log variance of it. */
export function aaeEncoder(image: ImageShape, options: AaeOptions): GraphSpec {
  const { latentSize, units, posterior } = options;
  const { channels, height, width } = image;
  const h = hidden(flatten(input('image', { shape: [channels, height, width] })), units);
  const last = { units: latentSize, initializer };
  if (posterior === 'deterministic') return graph({ code: dense(h, last) });
  return graph({ mean: dense(h, last), logVariance: dense(h, last) });
}

/** [latentSize] → the logits of Bernoulli probabilities, and their image. */
export function aaeDecoder(image: ImageShape, { latentSize, units }: AaeOptions): GraphSpec {
  const h = hidden(input('z', { shape: [latentSize] }), units);
  const values = image.channels * image.height * image.width;
  return graph(decoded(dense(h, { units: values, initializer }), image));
}

/** [latentSize] → one logit: whether a code is the prior's. */
export function aaeDiscriminator(_: ImageShape, { latentSize, units }: AaeOptions): GraphSpec {
  const h = hidden(input('z', { shape: [latentSize] }), units);
  return graph({ logits: dense(h, { units: 1, initializer }) });
}
