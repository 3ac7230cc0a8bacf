/** Operators with weights. Attributes and shapes: `docs/graph.md`. */
import type { Initializer, Padding, Pair } from './spec.js';
import { type LayerOptions, node, type Value } from './value.js';

interface WeightOptions extends LayerOptions {
  /** Of the weights. Default `glorotUniform`. */
  initializer?: Initializer;
  /** Of the bias. Default `zeros`. */
  biasInitializer?: Initializer;
}

export interface DenseOptions extends WeightOptions {
  units: number;
  /** Default true. */
  bias?: boolean;
}

/** Fully connected: [F] → [units]. */
export function dense(x: Value, options: DenseOptions): Value {
  return node('dense', [x], options);
}

export interface ConvOptions extends WeightOptions {
  filters: number;
  kernel: Pair;
  /** Default 1. */
  stride?: Pair;
  /** Default 0. */
  padding?: Padding;
  /** Default 1. */
  dilation?: Pair;
  /** Default 1. */
  groups?: number;
  /** Default true. */
  bias?: boolean;
}

/** Convolution: [C, H, W] → [filters, H', W']. */
export function conv2d(x: Value, options: ConvOptions): Value {
  return node('conv2d', [x], options);
}

export interface ConvTransposeOptions extends ConvOptions {
  /** Rows and columns added at the end of the output. Default 0. */
  outputPadding?: Pair;
}

/** Transposed convolution: [C, H, W] → [filters, H', W']; `padding: 'same'` gives H × stride. */
export function convTranspose2d(x: Value, options: ConvTransposeOptions): Value {
  return node('convTranspose2d', [x], options);
}

export interface BatchNormOptions extends LayerOptions {
  /** running = (1 - momentum) · running + momentum · batch. Default 0.1. */
  momentum?: number;
  /** Default 1e-5. */
  epsilon?: number;
  /** Whether it has a scale and a shift. Default true. */
  affine?: boolean;
  /** Of the scale. Default `ones`. */
  initializer?: Initializer;
  /** Of the shift. Default `zeros`. */
  biasInitializer?: Initializer;
}

/** Batch normalization (Ioffe & Szegedy 2015) of [F] or, by channel, of [C, H, W]. */
export function batchNorm(x: Value, options: BatchNormOptions = {}): Value {
  return node('batchNorm', [x], options);
}

export type LayerNormOptions = Omit<BatchNormOptions, 'momentum'>;

/** Layer normalization (Ba et al. 2016) over everything but the batch dimension. */
export function layerNorm(x: Value, options: LayerNormOptions = {}): Value {
  return node('layerNorm', [x], options);
}

export interface EmbeddingOptions extends LayerOptions {
  units: number;
  /** Default normal with standard deviation 1. */
  initializer?: Initializer;
}

/** A learned vector for each class: label → [units]. */
export function embedding(label: Value, options: EmbeddingOptions): Value {
  return node('embedding', [label], options);
}
