/** Activations: any shape → the same shape, but for `maxout`. Attributes and defaults: `docs/graph.md`. */
import { numberIn, oneOf, required, whole } from './check.js';
import { type NodeOptions, node, type Value } from './value.js';

/** max(x, 0). */
export function relu(x: Value, options: NodeOptions = {}): Value {
  return node('relu', [x], options);
}

export interface LeakyReluOptions extends NodeOptions {
  /** Slope below zero, 0 to 1. Default 0.2, as in DCGAN. */
  negativeSlope?: number;
}

/** x for x > 0, `negativeSlope` · x otherwise (Maas et al. 2013). */
export function leakyRelu(x: Value, options: LeakyReluOptions = {}): Value {
  return node('leakyRelu', [x], options, { negativeSlope: numberIn(0, 1) });
}

/** The hyperbolic tangent: values in (-1, 1), as images are. */
export function tanh(x: Value, options: NodeOptions = {}): Value {
  return node('tanh', [x], options);
}

/** 1 / (1 + exp(-x)): values in (0, 1). */
export function sigmoid(x: Value, options: NodeOptions = {}): Value {
  return node('sigmoid', [x], options);
}

/** log(1 + exp(x)). */
export function softplus(x: Value, options: NodeOptions = {}): Value {
  return node('softplus', [x], options);
}

/** x · sigmoid(x), also called swish (Elfwing et al. 2017, Ramachandran et al. 2017). */
export function silu(x: Value, options: NodeOptions = {}): Value {
  return node('silu', [x], options);
}

export interface GeluOptions extends NodeOptions {
  /** `'none'` (default): exact; `'tanh'`: the paper's approximation. */
  approximate?: 'none' | 'tanh';
}

/** x · Φ(x) (Hendrycks & Gimpel 2016). */
export function gelu(x: Value, options: GeluOptions = {}): Value {
  return node('gelu', [x], options, { approximate: oneOf('none', 'tanh') });
}

export interface MaxoutOptions extends NodeOptions {
  /** Neighbouring features or channels of which the greatest is kept; divides their number. From 1. */
  pieces: number;
}

/** Maximum over groups of `pieces` features (Goodfellow et al. 2013): [F] → [F / pieces], [C, H, W] → [C / pieces, H, W]. */
export function maxout(x: Value, options: MaxoutOptions): Value {
  return node('maxout', [x], options, { pieces: required(whole(1)) });
}
