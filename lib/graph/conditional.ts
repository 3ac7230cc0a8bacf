/** What lets a label, or a vector made of it, steer a network. Formulas and defaults: `docs/graph.md`. */
import { numberIn } from './check.js';
import type { Initializer } from './spec.js';
import { node, type Value } from './value.js';
import { type SpectralOptions, spectralChecks } from './weight.js';

export interface ConditionalBatchNormOptions extends SpectralOptions {
  /** Added to the variance, 0 to 1. Default 1e-5. */
  epsilon?: number;
  /** running = (1 - momentum) · running + momentum · batch, as PyTorch; 0 to 1. Default 0.1. */
  momentum?: number;
  /** Of the scale's weights. Default `ones` for a label, `glorotUniform` for a vector. */
  initializer?: Initializer;
  /** Of the shift's weights. Default `zeros` for a label, `glorotUniform` for a vector. */
  biasInitializer?: Initializer;
}

/**
 * Batch normalization of [F] or, by channel, of [C, H, W], whose scale and shift depend on a condition: a label looks
 * them up in tables (Miyato & Koyama 2018), a vector [E] makes them by linear maps (Brock et al. 2019). Only the maps
 * take `spectralNorm`.
 */
export function conditionalBatchNorm(
  x: Value,
  condition: Value,
  options: ConditionalBatchNormOptions = {},
): Value {
  return node('conditionalBatchNorm', [x, condition], options, {
    ...spectralChecks,
    epsilon: numberIn(0, 1),
    momentum: numberIn(0, 1),
  });
}

export interface ProjectionOptions extends SpectralOptions {
  /** Of the classes' vectors. Default `glorotUniform`. */
  initializer?: Initializer;
}

/**
 * The scalar product of features and a learned vector of the class (Miyato & Koyama 2018): [F] and a label → [1]. A
 * projection discriminator's logit is the sum, by `add`, of this and of a dense layer's.
 */
export function projection(features: Value, label: Value, options: ProjectionOptions = {}): Value {
  return node('projection', [features, label], options, spectralChecks);
}
