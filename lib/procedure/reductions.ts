/** Operators that make one number of several: over the values of an item, over the items of a batch, over classes. */
import { numberIn, oneOf, whole } from '../graph/check.js';
import {
  abs,
  add,
  exp,
  half,
  type Moving,
  multiply,
  negate,
  scale,
  shift,
  softplus,
  square,
  subtract,
} from './arithmetic.js';
import { type Value, type ValueOptions, value } from './value.js';

export interface ReductionOptions extends ValueOptions {
  /** Dimensions of an item that stay, counted from the first: of [C, H, W], 1 leaves [C]. Default 0: one number an item. */
  keep?: number;
}

/** The sum over the values of an item. */
export function sum(x: Value, options: ReductionOptions = {}): Value {
  return value('sum', [x], options, { keep: whole(0) });
}

/** The mean over the values of an item. */
export function mean(x: Value, options: ReductionOptions = {}): Value {
  return value('mean', [x], options, { keep: whole(0) });
}

/** The Euclidean length of an item's values. */
export function norm(x: Value, options: ReductionOptions = {}): Value {
  return value('norm', [x], options, { keep: whole(0) });
}

/** The sum over the squares of an item's values. */
export function sumSquares(x: Value): Value {
  return sum(square(x));
}

/** The mean absolute difference, an item. */
export function l1(a: Value, b: Value): Value {
  return mean(abs(subtract(a, b)));
}

/** The mean squared difference, an item. */
export function squaredError(a: Value, b: Value): Value {
  return mean(square(subtract(a, b)));
}

/** The mean over the items of the batch, each value for itself: it is there once a batch. */
export function batchMean(x: Value, options: ValueOptions = {}): Value {
  return value('batchMean', [x], options);
}

/** The standard deviation over the items of the batch (of the whole population), each value for itself. */
export function batchDeviation(x: Value, options: ValueOptions = {}): Value {
  return value('batchDeviation', [x], options);
}

/** The standard deviation of all values of all items (of a sample): one number a batch. */
export function deviation(x: Value, options: ValueOptions = {}): Value {
  return value('deviation', [x], options);
}

/**
 * -log of the probability that logits of shape [classes] give a label, an item; or its mean over probabilities [classes] in the
 * place of a label, by which it is not differentiated.
 */
export function crossEntropy(logits: Value, label: Value, options: ValueOptions = {}): Value {
  return value('crossEntropy', [logits, label], options);
}

/** The class of the greatest of values of shape [classes]: a label. */
export function argmax(x: Value, options: ValueOptions = {}): Value {
  return value('argmax', [x], options);
}

/** 1 where two labels are the same, else 0. It has no gradient. */
export function equal(a: Value, b: Value, options: ValueOptions = {}): Value {
  return value('equal', [a, b], options);
}

/** Share of the items whose label the logits have as the greatest: one number an item, 0 or 1. */
export function accuracy(logits: Value, label: Value): Value {
  return equal(argmax(logits), label);
}

/**
 * KL(N(mean, exp(logVariance)) ‖ N(0, 1)) of a posterior with independent numbers, an item: ½ Σ (mean² + exp(logVariance) - 1 -
 * logVariance) (Kingma & Welling 2014, appendix B).
 */
export function gaussianKl(mean: Value, logVariance: Value): Value {
  const terms = add(square(mean), exp(logVariance));
  return half(sum(shift(subtract(terms, logVariance), -1)));
}

/**
 * -log p(x|z) of images in [-1, 1] whose values are ones with probability (x + 1) / 2, by a decoder's logits: the cross-entropy,
 * summed over an item (Kingma & Welling 2014, appendix C.1).
 */
export function bernoulliNegativeLog(logits: Value, image: Value): Value {
  // -t log σ(a) - (1 - t) log(1 - σ(a)) = (1 - t) a - log σ(a)
  const ofZero = scale(shift(negate(image), 1), 0.5);
  return sum(add(multiply(ofZero, logits), softplus(negate(logits))));
}

/**
 * -log N(x; mean, deviation²), summed over an item (Kingma & Welling 2014, appendix C.2).
 *
 * @param deviation The standard deviation. Default 1.
 */
export function gaussianNegativeLog(mean: Value, x: Value, deviation = 1): Value {
  const constant = Math.log(deviation * Math.sqrt(2 * Math.PI));
  const squares = scale(square(subtract(x, mean)), 1 / (2 * deviation * deviation));
  return sum(shift(squares, constant));
}

export interface AverageOptions extends ValueOptions {
  /** What stays of the average each time, from 0 to 1. Default 0.99. */
  decay?: number;
  /** What it begins with: the first value (default), or zero. */
  start?: 'first' | 'zero';
}

/**
 * The exponential moving average of what is there once a batch (`batchMean`), with this batch's: a · decay + x · (1 - decay). It is
 * differentiable by x, moves when it is computed, and checkpoints keep it.
 */
export function average(x: Value, options: AverageOptions = {}): Value {
  return value('average', [x], options, { decay: numberIn(0, 1), start: oneOf('first', 'zero') });
}

/**
 * The mean of `values` where `by` is greatest: over a share of the items, from 0 to 1, at least one (Sinha et al. 2020: G learns
 * from the fakes that D takes most for real). Both have one number an item.
 */
export function topMean(
  by: Value,
  values: Value,
  share: Moving,
  options: ValueOptions = {},
): Value {
  return value('topMean', [by, values], { ...options, share });
}
