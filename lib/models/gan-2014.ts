/**
 * The multilayer perceptrons of "Generative Adversarial Nets" (Goodfellow et al. 2014) for MNIST: a rectifier generator and
 * a maxout discriminator with dropout, in the sizes of the official code (goodfeli/adversarial, mnist.yaml).
 */
import {
  dense,
  dropout,
  flatten,
  type GraphSpec,
  graph,
  type Initializer,
  input,
  maxout,
  relu,
  reshape,
  tanh,
} from '../graph/index.js';
import type { ImageShape } from './image-shape.js';

export interface Gan2014Options {
  /** Length of z. The official code: 100. */
  latentSize: number;
  /** Units of both hidden layers of G. The official code: 1200. */
  generatorUnits: number;
  /** Units of both hidden layers of D. The official code: 240. */
  discriminatorUnits: number;
  /** Linear pieces a maxout unit. The official code: 5. */
  pieces: number;
}

/** The official code draws weights from a uniform distribution: ±0.05 in G, ±0.005 in D. */
const uniform = (bound: number): Initializer => ({ kind: 'uniform', low: -bound, high: bound });

/**
 * [latentSize] → [C, H, W] in [-1, 1]. The official output is a sigmoid for images in [0, 1]; on our scale that is
 * 2σ(a) - 1 = tanh(a / 2), a tanh with half the weights.
 */
export function gan2014Generator(image: ImageShape, options: Gan2014Options): GraphSpec {
  const { channels, height, width } = image;
  const initializer = uniform(0.05);
  let h = input('z', { shape: [options.latentSize] });
  h = relu(dense(h, { units: options.generatorUnits, initializer }));
  h = relu(dense(h, { units: options.generatorUnits, initializer }));
  h = tanh(dense(h, { units: channels * height * width, initializer }));
  return graph({ image: reshape(h, { shape: [channels, height, width] }) });
}

/** [C, H, W] → one logit. Dropout keeps 0.8 of the pixels and half of the hidden units, as in the official code. */
export function gan2014Discriminator(image: ImageShape, options: Gan2014Options): GraphSpec {
  const { channels, height, width } = image;
  const initializer = uniform(0.005);
  const units = options.discriminatorUnits * options.pieces;
  let h = flatten(input('image', { shape: [channels, height, width] }));
  h = dropout(h, { rate: 0.2 });
  h = maxout(dense(h, { units, initializer }), { pieces: options.pieces });
  h = dropout(h, { rate: 0.5 });
  h = maxout(dense(h, { units, initializer }), { pieces: options.pieces });
  h = dropout(h, { rate: 0.5 });
  return graph({ logits: dense(h, { units: 1, initializer }) });
}
