/** Light checks of attributes, so that a wrong one throws on the line that wrote it. Shapes are checked natively. */
import { invalid } from '../errors.js';

/** What an attribute takes, in words and as a test. */
export interface Check {
  expected: string;
  accepts(value: unknown): boolean;
  /** The attribute has no default. */
  required?: boolean;
}

/** Attribute → check. Attributes that are absent here are left to the native side. */
export type Checks = Readonly<Record<string, Check>>;

const isWhole = (value: unknown, least: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= least;

/** A whole number from `least`. */
export function whole(least: number): Check {
  return { expected: `a whole number from ${least}`, accepts: (value) => isWhole(value, least) };
}

/** A whole number from `least`, or [height, width] of them. */
export function pair(least: number): Check {
  return {
    expected: `a whole number from ${least} or a pair of them`,
    accepts: (value) =>
      isWhole(value, least) ||
      (Array.isArray(value) && value.length === 2 && value.every((one) => isWhole(one, least))),
  };
}

/** `'same'`, or what `pair(0)` takes. */
export const padding: Check = {
  expected: `'same', a whole number from 0 or a pair of them`,
  accepts: (value) => value === 'same' || pair(0).accepts(value),
};

/** A number from `least` to `most`. */
export function numberIn(least: number, most: number): Check {
  return {
    expected: `a number from ${least} to ${most}`,
    accepts: (value) => typeof value === 'number' && value >= least && value <= most,
  };
}

/** One of some words. */
export function oneOf(...words: readonly string[]): Check {
  return {
    expected: `one of ${words.map((word) => `'${word}'`).join(', ')}`,
    accepts: (value) => words.includes(value as string),
  };
}

/** One of some numbers. */
export function oneOfNumbers(...numbers: readonly number[]): Check {
  return {
    expected: `one of ${numbers.join(', ')}`,
    accepts: (value) => numbers.includes(value as number),
  };
}

/** Dimensions without the batch's. */
export const dimensions: Check = {
  expected: '1 to 8 whole numbers from 1',
  accepts: (value) =>
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= 8 &&
    value.every((one) => isWhole(one, 1)),
};

export const flag: Check = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
};

/** The name of an input, a node or an output, as the native side takes it. */
export const identifier: Check = {
  expected: '1 to 200 letters, digits, _ and -',
  // `__proto__` would be no key of a JSON object that JavaScript writes.
  accepts: (value) =>
    typeof value === 'string' && /^[\w-]{1,200}$/.test(value) && value !== '__proto__',
};

/** The same for an attribute that must be there. */
export function required(check: Check): Check {
  return { ...check, required: true };
}

/** @throws GanodeError `INVALID_OPTION` for a key that nobody would read. */
export function checkKeys(owner: string, options: object, known: readonly string[]): void {
  const stranger = Object.keys(options).find((key) => !known.includes(key));
  if (stranger === undefined) return;
  const there = known.length === 0 ? 'no options' : `options among ${known.join(', ')}`;
  throw invalid(owner, there, stranger);
}

/** @throws GanodeError `INVALID_OPTION` for the first attribute that its check refuses. */
export function checkAttributes(
  owner: string,
  attributes: Readonly<Record<string, unknown>>,
  checks: Checks,
): void {
  for (const [name, check] of Object.entries(checks)) {
    const value = attributes[name];
    if (value === undefined && !check.required) continue;
    if (!check.accepts(value)) throw invalid(`${name} of ${owner}`, check.expected, value);
  }
}
