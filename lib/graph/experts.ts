/** Mixtures of experts: what chooses among them, and what joins them. Formulas and defaults: `docs/graph.md`. */
import { type Check, numberIn, oneOf } from './check.js';
import { type NodeOptions, node, type Value } from './value.js';

/** A number that moves with the real images shown, as `Scheduled` of a recipe. */
export interface ScheduleSpec {
  schedule: 'linear' | 'cosine';
  from: number;
  to: number;
  images: number;
  /** Default 0. */
  start?: number;
}

export interface GateOptions extends NodeOptions {
  /** `straightThrough` (default): a one for the expert of the greatest score, with the gradient of the softmax; `soft`: the softmax. */
  kind?: 'straightThrough' | 'soft';
  /** Of the softmax: above 0; default 1. A schedule is annealing; in a loaded generator it stands where training did. */
  temperature?: number | ScheduleSpec;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const positive = numberIn(1e-6, 1e6);
const temperature: Check = {
  expected: `${positive.expected} or a schedule`,
  accepts: (value) => positive.accepts(value) || isObject(value),
};

/**
 * Weights of K experts by their scores: [K] → [K]. With `noise`, K standard normal numbers (a slice of z), the scores have
 * Gumbel noise added: the Gumbel-softmax, or with `straightThrough` a sample (Jang et al. 2017; Maddison et al. 2017).
 */
export function gate(scores: Value, noise: Value | undefined, options: GateOptions = {}): Value {
  return node('gate', noise ? [scores, noise] : [scores], options, {
    kind: oneOf('straightThrough', 'soft'),
    temperature,
  });
}

/**
 * The sum of the experts' values, each times its weight: [K·F] or [K·C, H, W], the experts one behind the other (as layers with
 * `groups` make them), and a gate [K] → [F] or [C, H, W].
 */
export function mixture(experts: Value, gate: Value, options: NodeOptions = {}): Value {
  return node('mixture', [experts, gate], options);
}
