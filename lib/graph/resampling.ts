/** Up- and down-sampling, and pooling. Shapes and defaults: `docs/graph.md`. */
import { dimensions, numberIn, oneOf, pair, required, whole } from './check.js';
import type { Pair } from './spec.js';
import { type NodeOptions, node, type Value } from './value.js';

export interface UpsampleOptions extends NodeOptions {
  /** Whole number from 1. Default 2. */
  factor?: number;
  /** Default `'nearest'`; `'bilinear'` has half-pixel centres. */
  mode?: 'nearest' | 'bilinear';
}

/** [C, H, W] → [C, H · factor, W · factor]. */
export function upsample(x: Value, options: UpsampleOptions = {}): Value {
  return node('upsample', [x], options, { factor: whole(1), mode: oneOf('nearest', 'bilinear') });
}

export interface DownsampleOptions extends NodeOptions {
  /** Whole number from 1 that divides height and width. Default 2. */
  factor?: number;
  /** Default `'area'`: the mean of each block. `'bilinear'` has half-pixel centres. */
  mode?: 'area' | 'nearest' | 'bilinear';
}

/** [C, H, W] → [C, H / factor, W / factor]. */
export function downsample(x: Value, options: DownsampleOptions = {}): Value {
  const mode = oneOf('area', 'nearest', 'bilinear');
  return node('downsample', [x], options, { factor: whole(1), mode });
}

export interface PoolOptions extends NodeOptions {
  /** Height and width of the window, from 1. */
  kernel: Pair;
  /** Default: the kernel. */
  stride?: Pair;
  /** At most half the kernel. Default 0. */
  padding?: Pair;
}

const pool = { kernel: required(pair(1)), stride: pair(1), padding: pair(0) };

/** Mean of each window, in which padded zeros count: [C, H, W] → [C, ⌊(H + 2·padding - kernel) / stride⌋ + 1, …]. */
export function avgPool(x: Value, options: PoolOptions): Value {
  return node('avgPool', [x], options, pool);
}

/** Maximum of each window; shapes as `avgPool`. */
export function maxPool(x: Value, options: PoolOptions): Value {
  return node('maxPool', [x], options, pool);
}

/** Mean over height and width: [C, H, W] → [C]. */
export function globalAvgPool(x: Value, options: NodeOptions = {}): Value {
  return node('globalAvgPool', [x], options);
}

/** Sum over height and width: [C, H, W] → [C]. */
export function globalSumPool(x: Value, options: NodeOptions = {}): Value {
  return node('globalSumPool', [x], options);
}

export interface UpfirdnOptions extends NodeOptions {
  /** 1 to 8 whole numbers from 1: the kernel is its products with itself, divided by their sum. */
  filter: number[];
  /** `up` - 1 zeros behind each value first. From 1; default 1. */
  up?: number;
  /** Every so many values of the result. From 1; default 1. */
  down?: number;
  /** Zeros before and behind, in both directions. Default 0. */
  padding?: Pair;
  /** Times the kernel, from 0. Default 1. */
  gain?: number;
}

/**
 * Up-sampling, filtering, down-sampling (StyleGAN2's upfirdn2d):
 * [C, H, W] → [C, ⌊(up · H + before + behind - taps) / down⌋ + 1, …].
 */
export function upfirdn(x: Value, options: UpfirdnOptions): Value {
  return node('upfirdn', [x], options, {
    filter: required(dimensions),
    up: whole(1),
    down: whole(1),
    padding: pair(0),
    gain: numberIn(0, 1e6),
  });
}
