/** What a procedure draws. Seeds, and the order in which a step computes its values, decide on every number. */
import { dimensions, whole } from '../graph/check.js';
import { type Value, type ValueOptions, value } from './value.js';

export interface DrawOptions extends ValueOptions {
  /** For one item in so many of the batch only. Default 1. */
  of?: number;
}

/** Latents, [latentSize] an item, of the recipe's `latentDistribution`: what a generator's input z takes. */
export function latent(options: DrawOptions = {}): Value {
  return value('latent', [], options, { of: whole(1) });
}

/** Standard normal numbers: values of a shape, without the batch dimension, for each item. */
export function normal(shape: readonly number[], options: DrawOptions = {}): Value {
  return value(
    'normal',
    [],
    { ...options, shape: [...shape] },
    { shape: dimensions, of: whole(1) },
  );
}

/** Numbers that are uniform on [0, 1): values of a shape, without the batch dimension, for each item. */
export function uniform(shape: readonly number[], options: DrawOptions = {}): Value {
  return value(
    'uniform',
    [],
    { ...options, shape: [...shape] },
    { shape: dimensions, of: whole(1) },
  );
}
