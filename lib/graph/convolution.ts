/** Convolutions and transposed convolutions. Shapes and defaults: `docs/graph.md`. */
import { type Checks, padding, pair, required, whole } from './check.js';
import type { Padding, Pair } from './spec.js';
import { node, type Value } from './value.js';
import { type WeightOptions, weightChecks } from './weight.js';

export interface ConvOptions extends WeightOptions {
  /** Channels of the output, from 1. */
  filters: number;
  /** Height and width of the window, from 1. */
  kernel: Pair;
  /** Default 1. */
  stride?: Pair;
  /** Default 0. */
  padding?: Padding;
  /** Distance of the window's rows and columns. Default 1. */
  dilation?: Pair;
  /** Divides the channels of the input and of the output. Default 1. */
  groups?: number;
}

const checks: Checks = {
  ...weightChecks,
  filters: required(whole(1)),
  kernel: required(pair(1)),
  stride: pair(1),
  padding,
  dilation: pair(1),
  groups: whole(1),
};

/**
 * Convolution: [C, H, W] → [filters, H', W'], where H' = ⌊(H + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1;
 * `padding: 'same'` gives ⌈H / stride⌉, with an odd row or column of zeros at the end, as TensorFlow.
 */
export function conv2d(x: Value, options: ConvOptions): Value {
  return node('conv2d', [x], options, checks);
}

export interface ConvTransposeOptions extends ConvOptions {
  /** Rows and columns added at the end of the output, under stride or dilation; 0 with `padding: 'same'`. Default 0. */
  outputPadding?: Pair;
}

/**
 * Transposed convolution: [C, H, W] → [filters, H', W'], where
 * H' = (H - 1)·stride - 2·padding + dilation·(kernel - 1) + outputPadding + 1; `padding: 'same'` gives H · stride.
 */
export function convTranspose2d(x: Value, options: ConvTransposeOptions): Value {
  return node('convTranspose2d', [x], options, { ...checks, outputPadding: pair(0) });
}
