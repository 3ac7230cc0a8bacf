/** JSON of files and plain data of callers, within limits: code that goes through either calls itself once a level. */
import { type ErrorCode, GanodeError, showValue } from './errors.js';
import { inBytes } from './memory.js';

/** `native/json.h` has the same limits. */
export const mostJsonBytes = 2 ** 24;
const most = { bytes: mostJsonBytes, depth: 64, values: 500_000 };

/**
 * The value of a JSON text.
 *
 * @param where What the text is, for messages: a path, maybe with the place in it.
 * @throws GanodeError with `code` for text that is no JSON, of more than 16 MiB, or beyond the limits of `requirePlain`.
 */
export function parseJson(
  text: string,
  where: string,
  code: ErrorCode = 'INVALID_OPTION',
): unknown {
  if (text.length > most.bytes) {
    const message = `${where}: expected at most ${inBytes(most.bytes)} of JSON but it has ${inBytes(text.length)}`;
    throw new GanodeError(code, message);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new GanodeError(code, `${where}: ${(error as Error).message}`, { cause: error });
  }
  requirePlain(value, where, code);
  return value;
}

/**
 * Refuses what JSON cannot hold (functions, big integers, objects of classes), and what is nested deeper than 64 levels, as whatever
 * holds itself is, or has more than 500,000 values.
 *
 * @param where What the value is, for messages; '' for a recipe, whose settings are named by their paths alone.
 * @throws GanodeError with `code`, which names the place.
 */
export function requirePlain(
  value: unknown,
  where: string,
  code: ErrorCode = 'INVALID_OPTION',
): void {
  const fail = (path: string, expected: string, received: string): GanodeError =>
    new GanodeError(code, `${path || 'recipe'}: expected ${expected} but received ${received}`, {
      details: { path },
    });
  const open: { value: unknown; path: string; depth: number }[] = [
    { value, path: where, depth: 0 },
  ];
  let count = 0;
  for (let one = open.pop(); one; one = open.pop()) {
    const { value: at, path, depth } = one;
    count += 1;
    if (count > most.values) {
      throw fail(where, `at most ${most.values.toLocaleString('en-US')} values`, 'more');
    }
    if (typeof at !== 'object' || at === null) {
      if (leaves.has(typeof at) || at === null) continue;
      throw fail(path, 'plain data, as JSON has it,', `${showValue(at)} of type ${typeof at}`);
    }
    if (depth === most.depth) {
      throw fail(where, `plain data of at most ${most.depth} levels`, 'more, or a value in itself');
    }
    if (!isPlain(at)) {
      throw fail(path, 'plain data, as JSON has it,', Object.prototype.toString.call(at));
    }
    for (const [key, inner] of Object.entries(at)) {
      // Copied by assignment, it would become the copy's prototype.
      if (key === '__proto__') throw fail(path, 'no key of this name', key);
      open.push({ value: inner, path: path ? `${path}.${key}` : key, depth: depth + 1 });
    }
  }
}

const leaves: ReadonlySet<string> = new Set(['string', 'number', 'boolean', 'undefined']);

/** A list, or an object that no class made. */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  // An object of another realm, such as a test's, has an `Object.prototype` of its own.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
