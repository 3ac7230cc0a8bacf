/** Recurrent layers. Formulas, parameters and defaults: `docs/graph.md`. */
import { type Checks, flag, required, whole } from './check.js';
import type { Initializer } from './spec.js';
import { type LayerOptions, node, type Value } from './value.js';

export interface RecurrentOptions extends LayerOptions {
  /** Length of a state, from 1. */
  units: number;
  /** Layers on top of each other, from 1. Default 1. */
  layers?: number;
  /** Reads the sequence from its end too, and joins both outputs. Default false. */
  bidirectional?: boolean;
  /** Probability that a value between two layers is zeroed in training, 0 to under 1. Default 0. */
  dropout?: number;
  /** The output of every step (default), or only the last state of each direction. */
  returnSequences?: boolean;
  /** Default true. */
  bias?: boolean;
  /** Of the weights. Default uniform on ±1 / √units, as PyTorch. */
  initializer?: Initializer;
  /** Of the biases. Default as the weights. */
  biasInitializer?: Initializer;
}

const checks: Checks = {
  units: required(whole(1)),
  layers: whole(1),
  bidirectional: flag,
  returnSequences: flag,
  bias: flag,
  dropout: {
    expected: 'a number from 0 to under 1',
    accepts: (value) => typeof value === 'number' && value >= 0 && value < 1,
  },
};

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997), as PyTorch's: a sequence [T, F] → [T, units], with
 * `bidirectional` [T, 2 · units]; without `returnSequences` [units] or [2 · units].
 */
export function lstm(x: Value, options: RecurrentOptions): Value {
  return node('lstm', [x], options, checks);
}

/** Gated recurrent units (Cho et al. 2014), as PyTorch's; shapes as `lstm`. */
export function gru(x: Value, options: RecurrentOptions): Value {
  return node('gru', [x], options, checks);
}
