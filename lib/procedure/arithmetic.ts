/**
 * Operators on single numbers. Shapes of several values are broadcast as NumPy does it, aligned at the right, without the batch
 * dimension; a value that is there once a batch serves all items.
 */
import { type Check, numberIn } from '../graph/check.js';
import { type Value, type ValueOptions, value } from './value.js';

/** A number, or a schedule over the real images shown, as settings of recipes are. */
export type Moving =
  | number
  | { schedule: 'linear' | 'cosine'; from: number; to: number; images: number; start?: number };

const moving: Check = {
  expected: 'a number or a schedule',
  accepts: (one) =>
    (typeof one === 'number' && Number.isFinite(one)) ||
    (typeof one === 'object' && one !== null && 'schedule' in one),
};

/** a + b + … */
export function add(...values: Value[]): Value {
  return values.length === 1 ? (values[0] as Value) : value('add', values, {});
}

/** a - b. */
export function subtract(a: Value, b: Value, options: ValueOptions = {}): Value {
  return value('subtract', [a, b], options);
}

/** a · b · … */
export function multiply(...values: Value[]): Value {
  return value('multiply', values, {});
}

/** a / b. */
export function divide(a: Value, b: Value, options: ValueOptions = {}): Value {
  return value('divide', [a, b], options);
}

/** The smaller of two numbers. */
export function minimum(a: Value, b: Value, options: ValueOptions = {}): Value {
  return value('minimum', [a, b], options);
}

/** The greater of two numbers. */
export function maximum(a: Value, b: Value, options: ValueOptions = {}): Value {
  return value('maximum', [a, b], options);
}

/** 1 where x > 0, else 0. It has no gradient. */
export function positive(x: Value, options: ValueOptions = {}): Value {
  return value('positive', [x], options);
}

/** x · by. */
export function scale(x: Value, by: Moving, options: ValueOptions = {}): Value {
  return value('scale', [x], { ...options, by }, { by: moving });
}

/** x + by. */
export function shift(x: Value, by: Moving, options: ValueOptions = {}): Value {
  return value('shift', [x], { ...options, by }, { by: moving });
}

/** -x. */
export function negate(x: Value, options: ValueOptions = {}): Value {
  return scale(x, -1, options);
}

/** x / 2. */
export function half(x: Value, options: ValueOptions = {}): Value {
  return scale(x, 0.5, options);
}

/** x². */
export function square(x: Value, options: ValueOptions = {}): Value {
  return value('square', [x], options);
}

/** √x, whose slope at 0 is infinite. */
export function sqrt(x: Value, options: ValueOptions = {}): Value {
  return value('sqrt', [x], options);
}

/** |x|. */
export function abs(x: Value, options: ValueOptions = {}): Value {
  return value('abs', [x], options);
}

/** -1, 0 or 1. It has no gradient. */
export function sign(x: Value, options: ValueOptions = {}): Value {
  return value('sign', [x], options);
}

/** eˣ. */
export function exp(x: Value, options: ValueOptions = {}): Value {
  return value('exp', [x], options);
}

/** The natural logarithm. */
export function log(x: Value, options: ValueOptions = {}): Value {
  return value('log', [x], options);
}

/** x to the power of a number from -100 to 100. */
export function power(x: Value, exponent: number, options: ValueOptions = {}): Value {
  return value('power', [x], { ...options, exponent }, { exponent: numberIn(-100, 100) });
}

/** max(x, 0). */
export function relu(x: Value, options: ValueOptions = {}): Value {
  return value('relu', [x], options);
}

/** 1 / (1 + exp(-x)). */
export function sigmoid(x: Value, options: ValueOptions = {}): Value {
  return value('sigmoid', [x], options);
}

/** The hyperbolic tangent. */
export function tanh(x: Value, options: ValueOptions = {}): Value {
  return value('tanh', [x], options);
}

/** log(1 + exp(x)), exact for large |x|: -log σ(x) is `softplus(negate(x))`. */
export function softplus(x: Value, options: ValueOptions = {}): Value {
  return value('softplus', [x], options);
}

/** x within [least, most]; a limit that is absent is none. */
export function clamp(
  x: Value,
  { least, most, ...options }: ValueOptions & { least?: number; most?: number },
): Value {
  const limit = numberIn(-1e12, 1e12);
  return value('clamp', [x], { ...options, least, most }, { least: limit, most: limit });
}

/** a + (b - a) · t. */
export function lerp(a: Value, b: Value, t: Value, options: ValueOptions = {}): Value {
  return value('lerp', [a, b, t], options);
}
