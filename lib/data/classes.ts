/** Classes, by their index or their name. */
import { cut, invalid } from '../errors.js';
import { didYouMean } from '../nearest.js';

/** A class: its index from 0, or its name. */
export type ClassLabel = number | string;

/** Names that a message lists. */
const mostNames = 12;
/** Characters that are shown of one of them. */
const mostCharacters = 40;

/**
 * One class index for each of `count` images.
 *
 * @param labels One for each image, or one for all of them.
 * @param classes Number of classes that the generator knows; 0 where it is unconditional.
 * @param names Their names, where they are known.
 * @param option How messages call `labels`.
 * @returns `undefined` for an unconditional generator.
 * @throws GanodeError `INVALID_OPTION` for labels of an unconditional generator, none of a conditional one, a wrong number of
 *   them, an index that is out of range, or a name that is unknown or stands for several classes.
 */
export function classIndices(
  labels: ClassLabel | readonly ClassLabel[] | Int32Array | undefined,
  count: number,
  classes: number,
  names: readonly string[] | undefined,
  option = 'labels',
): Int32Array | undefined {
  if (classes === 0) {
    if (labels === undefined) return undefined;
    throw invalid(option, 'none, as the generator has no classes,', labels);
  }
  // Digits, say, have their indices for names.
  const telling = names?.some((name, index) => name !== String(index));
  const orNames = names && telling ? ` or names (${listNames(names)})` : '';
  const expected = `class indices from 0 to ${classes - 1}${orNames}`;
  if (labels === undefined) {
    throw invalid(option, `${expected}, as the generator is conditional,`, labels);
  }
  const indexOf = (label: ClassLabel): number => {
    if (typeof label === 'string') return indexOfName(label, names, option, expected);
    if (Number.isInteger(label) && label >= 0 && label < classes) return label;
    throw invalid(option, expected, label);
  };
  if (typeof labels !== 'object') return new Int32Array(count).fill(indexOf(labels));
  if (labels.length !== count) {
    throw invalid(option, `${count} classes, one an image`, labels.length);
  }
  return Int32Array.from<ClassLabel>(labels, indexOf);
}

function indexOfName(
  name: string,
  names: readonly string[] | undefined,
  option: string,
  expected: string,
): number {
  const index = names?.indexOf(name) ?? -1;
  if (!names || index < 0) {
    throw invalid(option, `${expected}${didYouMean(name, names ?? [])},`, name);
  }
  if (names.indexOf(name, index + 1) < 0) return index;
  throw invalid(option, `an index, as several classes have this name,`, name);
}

/** `cat, dog`; the first few where there are many, and the beginning of a name that is long. */
export function listNames(names: readonly string[]): string {
  const shown = names
    .slice(0, mostNames)
    .map((name) => cut(name, mostCharacters))
    .join(', ');
  return names.length > mostNames ? `${shown}, … ${names.length} in all` : shown;
}

/**
 * What a command line says of classes: `dogs`, `0`, or a list such as `cats,dogs,1`. A whole number is an index; `name:7` is the
 * class whose name is 7. A name with commas in it is taken whole where there is such a class.
 *
 * @throws GanodeError `INVALID_OPTION` where a number is the index of one class and the name of another.
 */
export function parseClasses(
  text: string,
  names: readonly string[] = [],
  option = 'labels',
): ClassLabel[] {
  const parts = names.includes(text) ? [text] : text.split(',').map((part) => part.trim());
  return parts.map((part) => {
    const [, prefix, rest = ''] = /^(name|index):(.*)$/s.exec(part) ?? [];
    if (prefix === 'name') return rest;
    if (prefix === 'index') return wholeIndex(rest, option);
    if (!/^\d+$/.test(part)) return part;
    const [index, named] = [Number(part), names.indexOf(part)];
    if (named < 0 || named === index) return index;
    throw invalid(
      option,
      `index:${part} (${JSON.stringify(names[index] ?? 'none')}) or name:${part} (index ${named}), as both are there,`,
      part,
    );
  });
}

function wholeIndex(text: string, option: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw invalid(option, 'a whole number after index:', text);
}
