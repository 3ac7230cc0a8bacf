/** Dense layers, and what turns a label into numbers. Shapes and defaults: `docs/graph.md`. */
import { flag, required, whole } from './check.js';
import type { Initializer } from './spec.js';
import { type LayerOptions, type NodeOptions, node, type Value } from './value.js';

/** Options of every operator with weights and a bias. */
export interface WeightOptions extends LayerOptions {
  /** Default true. */
  bias?: boolean;
  /** Of the weights. Default `glorotUniform`. */
  initializer?: Initializer;
  /** Of the bias. Default `zeros`. */
  biasInitializer?: Initializer;
}

export interface DenseOptions extends WeightOptions {
  /** Features of the output, from 1. */
  units: number;
}

/** Fully connected: [F] → [units]. */
export function dense(x: Value, options: DenseOptions): Value {
  return node('dense', [x], options, { units: required(whole(1)), bias: flag });
}

export interface EmbeddingOptions extends LayerOptions {
  /** Length of a class' vector, from 1. */
  units: number;
  /** Default normal with standard deviation 1. */
  initializer?: Initializer;
}

/** A learned vector for each class: label → [units]. */
export function embedding(label: Value, options: EmbeddingOptions): Value {
  return node('embedding', [label], options, { units: required(whole(1)) });
}

/** A label as a vector with a one in its place: label → [classes]. */
export function oneHot(label: Value, options: NodeOptions = {}): Value {
  return node('oneHot', [label], options);
}
