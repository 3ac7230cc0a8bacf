/**
 * The multilayer perceptrons of "Conditional Generative Adversarial Nets" (Mirza & Osindero 2014, section 4.1) for MNIST: in
 * both networks the class goes through a hidden layer of its own before it joins the rest.
 */
import {
  concat,
  dense,
  dropout,
  flatten,
  type GraphSpec,
  graph,
  type Initializer,
  input,
  maxout,
  oneHot,
  relu,
  reshape,
  tanh,
  type Value,
} from '../graph/index.js';
import type { ImageShape } from './image-shape.js';

export interface CganOptions {
  /** Length of z: 100 in the paper. */
  latentSize: number;
}

/**
 * The paper names no initialization. He's gives the ten numbers of a class as much weight as all of z or of an image: with the
 * small ones of `gan-2014` G draws one and the same image for every class.
 */
const hiddenWeights: Initializer = 'heUniform';

/** [latentSize] and a label → [C, H, W] in [-1, 1]: hidden layers of 200 for z, 1000 for the label, 1200 for both. */
export function cganGenerator(
  { channels, height, width }: ImageShape,
  { latentSize }: CganOptions,
  classes: number,
): GraphSpec {
  const hidden = (x: Value, units: number): Value =>
    relu(dense(x, { units, initializer: hiddenWeights }));
  const z = hidden(input('z', { shape: [latentSize] }), 200);
  const label = hidden(oneHot(input('label', { classes })), 1000);
  const both = dropout(hidden(dropout(concat([z, label])), 1200));
  const pixels = tanh(dense(both, { units: channels * height * width }));
  return graph({ image: reshape(pixels, { shape: [channels, height, width] }) });
}

/** [C, H, W] and a label → one logit: maxout layers of 240 units of 5 pieces, 50 of 5 for the label, 240 of 4 for both. */
export function cganDiscriminator(
  { channels, height, width }: ImageShape,
  _: CganOptions,
  classes: number,
): GraphSpec {
  const hidden = (x: Value, units: number, pieces: number): Value =>
    maxout(dense(x, { units: units * pieces, initializer: hiddenWeights }), { pieces });
  const image = hidden(flatten(input('image', { shape: [channels, height, width] })), 240, 5);
  const label = hidden(oneHot(input('label', { classes })), 50, 5);
  const both = dropout(hidden(dropout(concat([image, label])), 240, 4));
  return graph({ logits: dense(both, { units: 1 }) });
}
