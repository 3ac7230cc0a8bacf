/** Classes of images. */
import { GanodeError, invalid, showValue } from '../errors.js';

/** Classes of labels that come without names: more is a mistake in the labels. */
const mostClasses = 2 ** 20;

/**
 * @returns The names as they were given.
 * @throws GanodeError `INVALID_OPTION` unless they are strings, each another.
 */
export function classNames(classes: unknown): readonly string[] | undefined {
  if (classes === undefined) return undefined;
  if (!Array.isArray(classes) || classes.length === 0) {
    throw invalid('classes', 'a list of names', classes);
  }
  const seen = new Set<unknown>();
  for (const [index, name] of classes.entries()) {
    if (typeof name !== 'string') throw invalid(`classes[${index}]`, 'a string', name);
    if (seen.has(name)) throw invalid(`classes[${index}]`, 'a name that no class before has', name);
    seen.add(name);
  }
  return classes;
}

/**
 * One class index from 0 to under `classes` for each of `length` images.
 *
 * @param name For messages.
 * @param classes How many classes there are; absent where the labels tell.
 * @throws GanodeError `INVALID_OPTION` where they are no list; `INVALID_DATA` for another number of them, or one that is no index.
 */
export function classOfEach(
  name: string,
  labels: unknown,
  length: number,
  classes = mostClasses,
): Int32Array {
  const isList = Array.isArray(labels) || (ArrayBuffer.isView(labels) && 'length' in labels);
  if (!isList) throw invalid('labels', 'a list of class indices', labels);
  const list = labels as ArrayLike<unknown>;
  if (list.length !== length) {
    throw new GanodeError(
      'INVALID_DATA',
      `${name}: expected ${length} labels, one an image, but received ${list.length}`,
    );
  }
  const found = new Int32Array(length);
  for (let index = 0; index < length; index += 1) {
    const label = list[index];
    if (!Number.isInteger(label) || (label as number) < 0 || (label as number) >= classes) {
      throw new GanodeError(
        'INVALID_DATA',
        `${name}: expected class indices from 0 to ${classes - 1} but label ${index} is ${describe(label)}`,
        { details: { index } },
      );
    }
    found[index] = label as number;
  }
  return found;
}

function describe(label: unknown): string {
  if (label === undefined) return 'nothing';
  return typeof label === 'number' ? String(label) : `${showValue(label)} of type ${typeof label}`;
}
