/** What operators with weights have in common. Formulas and defaults: `docs/graph.md`. */
import { type Checks, flag, numberIn, whole } from './check.js';
import type { Initializer } from './spec.js';
import type { LayerOptions } from './value.js';

export interface SpectralOptions extends LayerOptions {
  /** Divides the weights by their largest singular value (Miyato et al. 2018). Default false. */
  spectralNorm?: boolean;
  /** With `spectralNorm`: steps of the power method in each training pass, from 1. Default 1. */
  spectralIterations?: number;
}

/** Options of the operators whose weights may be scaled when they are used. */
export interface ScaledWeightOptions extends SpectralOptions {
  /**
   * Equalized learning rate (Karras et al. 2018): weights start normal with standard deviation 1 and are multiplied by
   * `equalizedGain` / √(fan in) when used. Default false; not together with `spectralNorm`.
   */
  equalized?: boolean;
  /** With `equalized`: from 0. Default √2. */
  equalizedGain?: number;
  /**
   * With `equalized`: weights and bias are multiplied by it when used, and weights start with standard deviation
   * 1 / it, so that they learn that much slower (Karras et al. 2019). Above 0; default 1.
   */
  learningRateMultiplier?: number;
  /** Of the weights. Default `glorotUniform`; normal, as above, with `equalized`. */
  initializer?: Initializer;
}

/** Options of the operators with weights and a bias. */
export interface WeightOptions extends ScaledWeightOptions {
  /** Default true. */
  bias?: boolean;
  /** Of the bias. Default `zeros`. */
  biasInitializer?: Initializer;
}

export const spectralChecks: Checks = { spectralNorm: flag, spectralIterations: whole(1) };

export const scaledChecks: Checks = {
  ...spectralChecks,
  equalized: flag,
  equalizedGain: numberIn(0, 1e6),
  learningRateMultiplier: numberIn(1e-6, 1e6),
};

export const weightChecks: Checks = { ...scaledChecks, bias: flag };
