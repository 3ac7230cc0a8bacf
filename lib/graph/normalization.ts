/** Normalization and dropout. Shapes and defaults: `docs/graph.md`. */
import { flag, numberIn, required, whole } from './check.js';
import type { Initializer } from './spec.js';
import { type LayerOptions, type NodeOptions, node, type Value } from './value.js';

/** Options of the normalizations with a scale and a shift. */
export interface AffineOptions extends LayerOptions {
  /** Added to the variance, 0 to 1. Default 1e-5. */
  epsilon?: number;
  /** Whether it has a scale and a shift. Default true. */
  affine?: boolean;
  /** Of the scale. Default `ones`. */
  initializer?: Initializer;
  /** Of the shift. Default `zeros`. */
  biasInitializer?: Initializer;
}

export type LayerNormOptions = AffineOptions;

export interface BatchNormOptions extends AffineOptions {
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

/** Instance normalization (Ulyanov et al. 2016): each channel of each item of [C, H, W] on its own. */
export function instanceNorm(x: Value, options: AffineOptions = {}): Value {
  return node('instanceNorm', [x], options, checks);
}

export interface GroupNormOptions extends AffineOptions {
  /** Divides the number of features or channels; a group has more than one value. From 1. */
  groups: number;
}

/** Group normalization (Wu & He 2018): neighbouring channels of [F] or [C, H, W] together, each item on its own. */
export function groupNorm(x: Value, options: GroupNormOptions): Value {
  return node('groupNorm', [x], options, { ...checks, groups: required(whole(1)) });
}

/**
 * Virtual batch normalization (Salimans et al. 2016) of [F] or, by channel, of [C, H, W]: each item is normalized by the
 * statistics of the first training batch that the node saw, with the item added to it.
 */
export function virtualBatchNorm(x: Value, options: AffineOptions = {}): Value {
  return node('virtualBatchNorm', [x], options, checks);
}

export interface PixelNormOptions extends NodeOptions {
  /** Added to the mean square, 0 to 1. Default 1e-8. */
  epsilon?: number;
}

/** Pixelwise feature normalization (Karras et al. 2018): [F], or each pixel of [C, H, W], to a mean square of 1. */
export function pixelNorm(x: Value, options: PixelNormOptions = {}): Value {
  return node('pixelNorm', [x], options, { epsilon: numberIn(0, 1) });
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
