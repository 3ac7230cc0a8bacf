import { isObject } from './validate.js';

/** Keys of which an object has one: a new one replaces the other. */
const exclusive = [
  ['epochs', 'images'],
  ['decay', 'halfLife'],
] as const;

/** Objects are merged key by key; everything else is replaced. An optimizer of another kind replaces the default's whole. */
export function merge(
  base: Record<string, unknown>,
  over: Record<string, unknown>,
): Record<string, unknown> {
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old = result[key];
    const joins = isObject(value) && isObject(old) && sameAlternative(old, value);
    result[key] = joins ? merge(old, value) : value;
  }
  return result;
}

function sameAlternative(old: Record<string, unknown>, value: Record<string, unknown>): boolean {
  if ('kind' in value && value['kind'] !== old['kind']) return false;
  return !exclusive.some(([a, b]) => (a in value && b in old) || (b in value && a in old));
}
