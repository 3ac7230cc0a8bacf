/** Dense layers, and what turns a label into numbers. Shapes and defaults: `docs/graph.md`. */
import { required, whole } from './check.js';
import type { Initializer } from './spec.js';
import { type NodeOptions, node, type Value } from './value.js';
import {
  type ScaledWeightOptions,
  scaledChecks,
  type WeightOptions,
  weightChecks,
} from './weight.js';

export interface DenseOptions extends WeightOptions {
  /** Features of the output, from 1. */
  units: number;
  /** Divides the features of the input and of the output: each part of the output reads its part of the input. Default 1. */
  groups?: number;
}

/** Fully connected: [F] → [units]; of a sequence, each step by itself: [T, F] → [T, units]. */
export function dense(x: Value, options: DenseOptions): Value {
  return node('dense', [x], options, {
    ...weightChecks,
    units: required(whole(1)),
    groups: whole(1),
  });
}

export interface EmbeddingOptions extends ScaledWeightOptions {
  /** Length of a class' vector, from 1. */
  units: number;
  /** Default normal with standard deviation 1. */
  initializer?: Initializer;
}

/** A learned vector for each class: label → [units]. */
export function embedding(label: Value, options: EmbeddingOptions): Value {
  return node('embedding', [label], options, { ...scaledChecks, units: required(whole(1)) });
}

/** A label as a vector with a one in its place: label → [classes]. */
export function oneHot(label: Value, options: NodeOptions = {}): Value {
  return node('oneHot', [label], options);
}
