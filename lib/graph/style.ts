/** What style-based generators are made of (Karras et al. 2019, 2020). Formulas and defaults: `docs/graph.md`. */
import { dimensions, flag, numberIn, oneOfNumbers, required, whole } from './check.js';
import type { Initializer } from './spec.js';
import { type LayerOptions, node, type Value } from './value.js';

export interface StyleMappingOptions extends LayerOptions {
  /** Length of w, from 1. */
  units: number;
  /** Copies of w that come out, one for each place that takes a style; from 1. */
  styles: number;
  /** Dense layers, from 1. Default 8. */
  layers?: number;
  /** How much slower its weights learn. Above 0; default 0.01. */
  learningRateMultiplier?: number;
  /** Probability that a training batch takes its later styles from a second z; 0 to 1. Default 0.9. */
  mixing?: number;
  /** Of w's moving average, to which truncation draws; 0 to 1, a training pass. Default 0.995. */
  averageDecay?: number;
}

/** The mapping network: z [F], and a vector of the class [E] where there is one, → styles [styles, units]. */
export function styleMapping(
  z: Value,
  condition: Value | undefined,
  options: StyleMappingOptions,
): Value {
  return node('styleMapping', condition ? [z, condition] : [z], options, {
    units: required(whole(1)),
    styles: required(whole(1)),
    layers: whole(1),
    learningRateMultiplier: numberIn(1e-6, 1e6),
    mixing: numberIn(0, 1),
    averageDecay: numberIn(0, 1),
  });
}

export interface ModulatedConvOptions extends LayerOptions {
  /** Channels of the output, from 1. */
  filters: number;
  /** Height and width of the window, odd. */
  kernel: number;
  /** 2 doubles height and width, with the filter [1, 3, 3, 1]. Default 1. */
  up?: number;
  /** Brings each filter's weights to length 1 after the modulation. Default true. */
  demodulate?: boolean;
  /** Times the result, before the bias; from 0. Default 1. */
  gain?: number;
  /** Default true. */
  bias?: boolean;
  /** Default normal with standard deviation 1; without `demodulate` weights are divided by √(fan in) when used. */
  initializer?: Initializer;
  /** Default `zeros`. */
  biasInitializer?: Initializer;
}

/** A convolution whose weights each item's style scales: [C, H, W] and a style [C] → [filters, up · H, up · W]. */
export function modulatedConv2d(x: Value, style: Value, options: ModulatedConvOptions): Value {
  return node('modulatedConv2d', [x, style], options, {
    filters: required(whole(1)),
    kernel: required(whole(1)),
    up: oneOfNumbers(1, 2),
    demodulate: flag,
    gain: numberIn(0, 1e6),
    bias: flag,
  });
}

/**
 * [C, H, W] → the same, with one picture of normal noise for all channels added, times a learned strength that starts
 * at 0: in training new for each item, in evaluation always the same.
 */
export function noise(x: Value, options: LayerOptions = {}): Value {
  return node('noise', [x], options);
}

export interface ConstantOptions extends LayerOptions {
  /** 1 to 8 sizes without the batch's. */
  shape: number[];
  /** Default normal with standard deviation 1. */
  initializer?: Initializer;
}

/** A learned value, the same for all items of the batch, whose number `x` tells: any → shape. */
export function constant(x: Value, options: ConstantOptions): Value {
  return node('constant', [x], options, { shape: required(dimensions) });
}
