/** Operators without weights. Attributes and shapes: `docs/graph.md`. */
import type { Pair } from './spec.js';
import { type NodeOptions, node, type Value } from './value.js';

/** max(x, 0). */
export function relu(x: Value, options: NodeOptions = {}): Value {
  return node('relu', [x], options);
}

/** x for x > 0, `negativeSlope` · x otherwise (default 0.2, as in DCGAN). */
export function leakyRelu(x: Value, options: NodeOptions & { negativeSlope?: number } = {}): Value {
  return node('leakyRelu', [x], options);
}

export function tanh(x: Value, options: NodeOptions = {}): Value {
  return node('tanh', [x], options);
}

export function sigmoid(x: Value, options: NodeOptions = {}): Value {
  return node('sigmoid', [x], options);
}

/** log(1 + exp(x)). */
export function softplus(x: Value, options: NodeOptions = {}): Value {
  return node('softplus', [x], options);
}

/** x · sigmoid(x), also called swish. */
export function silu(x: Value, options: NodeOptions = {}): Value {
  return node('silu', [x], options);
}

/** x · Φ(x), exactly or by the tanh formula. Default `'none'`: exactly. */
export function gelu(
  x: Value,
  options: NodeOptions & { approximate?: 'none' | 'tanh' } = {},
): Value {
  return node('gelu', [x], options);
}

/** Maximum over groups of `pieces` neighbouring features or channels (Goodfellow et al. 2013). */
export function maxout(x: Value, options: NodeOptions & { pieces: number }): Value {
  return node('maxout', [x], options);
}

/** Zeroes each value with probability `rate` (default 0.5) in training, and scales the others by 1 / (1 - rate). */
export function dropout(x: Value, options: NodeOptions & { rate?: number } = {}): Value {
  return node('dropout', [x], options);
}

/** A label as a vector with a one in its place: label → [classes]. */
export function oneHot(label: Value, options: NodeOptions = {}): Value {
  return node('oneHot', [label], options);
}

export function reshape(x: Value, options: NodeOptions & { shape: number[] }): Value {
  return node('reshape', [x], options);
}

export function flatten(x: Value, options: NodeOptions = {}): Value {
  return node('flatten', [x], options);
}

/** Joins values along `axis`, counted from the first dimension after the batch (default 0: channels or features). */
export function concat(values: Value[], options: NodeOptions & { axis?: number } = {}): Value {
  return node('concat', values, options);
}

/** Sum of two or more values; shapes broadcast. */
export function add(values: Value[], options: NodeOptions = {}): Value {
  return node('add', values, options);
}

/** Product of two or more values; shapes broadcast. */
export function multiply(values: Value[], options: NodeOptions = {}): Value {
  return node('multiply', values, options);
}

/** [C, H, W] → [C, H · factor, W · factor]. Defaults: factor 2, `'nearest'`. */
export function upsample(
  x: Value,
  options: NodeOptions & { factor?: number; mode?: 'nearest' | 'bilinear' } = {},
): Value {
  return node('upsample', [x], options);
}

/** [C, H, W] → [C, H / factor, W / factor]. Defaults: factor 2, `'area'` (the mean of each block). */
export function downsample(
  x: Value,
  options: NodeOptions & { factor?: number; mode?: 'area' | 'nearest' | 'bilinear' } = {},
): Value {
  return node('downsample', [x], options);
}

export interface PoolOptions extends NodeOptions {
  kernel: Pair;
  /** Default: the kernel. */
  stride?: Pair;
  /** Default 0. */
  padding?: Pair;
}

export function avgPool(x: Value, options: PoolOptions): Value {
  return node('avgPool', [x], options);
}

export function maxPool(x: Value, options: PoolOptions): Value {
  return node('maxPool', [x], options);
}

/** Mean over height and width: [C, H, W] → [C]. */
export function globalAvgPool(x: Value, options: NodeOptions = {}): Value {
  return node('globalAvgPool', [x], options);
}

/** Sum over height and width: [C, H, W] → [C]. */
export function globalSumPool(x: Value, options: NodeOptions = {}): Value {
  return node('globalSumPool', [x], options);
}
