/** Normalization and dropout. Shapes and defaults: `docs/graph.md`. */
import { flag, numberIn } from './check.js';
import type { Initializer } from './spec.js';
import { type LayerOptions, type NodeOptions, node, type Value } from './value.js';

export interface LayerNormOptions extends LayerOptions {
  /** Added to the variance, 0 to 1. Default 1e-5. */
  epsilon?: number;
  /** Whether it has a scale and a shift. Default true. */
  affine?: boolean;
  /** Of the scale. Default `ones`. */
  initializer?: Initializer;
  /** Of the shift. Default `zeros`. */
  biasInitializer?: Initializer;
}

export interface BatchNormOptions extends LayerNormOptions {
  /** running = (1 - momentum) · running + momentum · batch, as PyTorch; 0 to 1. Default 0.1. */
  momentum?: number;
}

const checks = { epsilon: numberIn(0, 1), affine: flag };

/** Batch normalization (Ioffe & Szegedy 2015) of [F] or, by channel, of [C, H, W]. */
export function batchNorm(x: Value, options: BatchNormOptions = {}): Value {
  return node('batchNorm', [x], options, { ...checks, momentum: numberIn(0, 1) });
}

/** Layer normalization (Ba et al. 2016) over everything but the batch dimension. */
export function layerNorm(x: Value, options: LayerNormOptions = {}): Value {
  return node('layerNorm', [x], options, checks);
}

export interface DropoutOptions extends NodeOptions {
  /** Probability that a value is zeroed, 0 to under 1. Default 0.5. */
  rate?: number;
}

/** Zeroes values in training, and divides the others by 1 - rate (Srivastava et al. 2014). */
export function dropout(x: Value, options: DropoutOptions = {}): Value {
  return node('dropout', [x], options, {
    rate: {
      expected: 'a number from 0 to under 1',
      accepts: (value) => typeof value === 'number' && value >= 0 && value < 1,
    },
  });
}
