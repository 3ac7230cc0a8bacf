/** Self-attention. Formula and defaults: `docs/graph.md`. */
import { flag } from './check.js';
import type { Initializer } from './spec.js';
import { node, type Value } from './value.js';
import { type SpectralOptions, spectralChecks } from './weight.js';

export interface SelfAttentionOptions extends SpectralOptions {
  /** Attends to the maxima of 2×2 pixels, which needs even height and width. Default true. */
  pool?: boolean;
  /** Of the four 1×1 convolutions. Default `glorotUniform`. */
  initializer?: Initializer;
}

/**
 * Self-attention over pixels (Zhang et al. 2019, in BigGAN's form): [C, H, W] → the same, with C a multiple of 8.
 * It starts as the identity.
 */
export function selfAttention(x: Value, options: SelfAttentionOptions = {}): Value {
  return node('selfAttention', [x], options, { ...spectralChecks, pool: flag });
}
