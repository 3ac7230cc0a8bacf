/**
 * RCGAN and RGAN: "Real-valued (Medical) Time Series Generation with Recurrent Conditional GANs" (Esteban, Hyland, Rätsch 2017), as
 * the authors' code has it (ratschlab/RGAN, model.py): a recurrent generator that reads noise at every step, and a recurrent
 * discriminator that gives a verdict at every step. A class is joined to the input of every step of both.
 *
 * A sequence is an image of one channel: its rows are the steps, its columns the features.
 */
import { GanodeError } from '../errors.js';
import {
  concat,
  dense,
  flatten,
  type GraphSpec,
  graph,
  gru,
  input,
  lstm,
  oneHot,
  type RecurrentOptions,
  repeat,
  reshape,
  tanh,
  type Value,
} from '../graph/index.js';
import type { ImageShape } from './image-shape.js';

export interface RcganOptions {
  /** Random numbers that G reads at each step; z holds those of all steps. 5 in the official code. */
  latentSize: number;
  /** Length of the states: 100 in the official code. */
  generatorUnits: number;
  discriminatorUnits: number;
  /** Recurrent layers on top of each other, in both networks: 1 in the official code. */
  layers: number;
  /** Between the layers, in training. */
  dropout: number;
  cell: 'lstm' | 'gru';
  /** D reads the sequence from its end too, as that of C-RNN-GAN (Mogren 2016). */
  bidirectional: boolean;
  /** What G ends in: `tanh` for values in [-1, 1], `linear` for any. */
  output: 'tanh' | 'linear';
}

function stepsOf({ channels, height, width }: ImageShape): { steps: number; features: number } {
  if (channels === 1) return { steps: height, features: width };
  const message = `Expected sequences (1×steps×features) for rcgan but received ${channels}×${height}×${width}`;
  throw new GanodeError('INVALID_OPTION', message);
}

/** The class beside the values of every step. */
function withLabel(x: Value, steps: number, classes: number): Value {
  if (classes === 0) return x;
  const label = repeat(oneHot(input('label', { classes })), { count: steps });
  return concat([x, label], { axis: 1 });
}

function recurrent(
  x: Value,
  units: number,
  { cell, layers, dropout }: RcganOptions,
  more: Partial<RecurrentOptions> = {},
): Value {
  const run = cell === 'gru' ? gru : lstm;
  return run(x, { units, layers, ...(layers > 1 && { dropout }), ...more });
}

/**
 * [steps · latentSize] (and, for `classes` above 0, a label) → [1, steps, features].
 *
 * @throws GanodeError `INVALID_OPTION` for images of several channels.
 */
export function rcganGenerator(
  image: ImageShape,
  options: RcganOptions,
  classes: number,
): GraphSpec {
  const { steps, features } = stepsOf(image);
  const { latentSize, generatorUnits, output } = options;
  const z = input('z', { shape: [steps * latentSize] });
  const noise = withLabel(reshape(z, { shape: [steps, latentSize] }), steps, classes);
  const h = dense(recurrent(noise, generatorUnits, options), { units: features });
  const sequence = output === 'tanh' ? tanh(h) : h;
  return graph({ image: reshape(sequence, { shape: [1, steps, features] }) });
}

/**
 * [1, steps, features] (and, for `classes` above 0, a label) → a logit for each step, which knows what came before.
 *
 * @throws GanodeError `INVALID_OPTION` for images of several channels.
 */
export function rcganDiscriminator(
  image: ImageShape,
  options: RcganOptions,
  classes: number,
): GraphSpec {
  const { steps, features } = stepsOf(image);
  const { discriminatorUnits, bidirectional } = options;
  const x = reshape(input('image', { shape: [1, steps, features] }), { shape: [steps, features] });
  const sequence = withLabel(x, steps, classes);
  const h = recurrent(sequence, discriminatorUnits, options, { bidirectional });
  return graph({ logits: flatten(dense(h, { units: 1 })) });
}
