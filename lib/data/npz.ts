/** NumPy's archives of arrays: a zip with an .npy file for each. https://numpy.org/doc/stable/reference/generated/numpy.savez.html */
import { cut, GanodeError, showValue } from '../errors.js';
import { formatSides, type NpyArray } from '../image/npy.js';
import { onOneLine } from '../text.js';
import { arrayDataset } from './arrays.js';
import type { Dataset } from './dataset.js';
import { noted } from './derived.js';
import { broken, type Item, listArrays, openZip, readArray } from './npz-archive.js';
import { type Choice, chooseArrays, isLabels, type Listed } from './npz-names.js';
import { choosePart, type Split } from './split.js';

/** Arrays that a message lists. */
const mostListed = 8;

/** `FILE.npz`, `FILE.npz:IMAGES` or `FILE.npz:IMAGES,LABELS`; undefined for other sources. */
export function parseNpzSource(source: string): { path: string; arrays?: string[] } | undefined {
  const found = /^(.*\.npz)(?::(.*))?$/is.exec(source);
  if (!found) return undefined;
  const [, path = '', names] = found;
  return { path, ...(names !== undefined && { arrays: names.split(',') }) };
}

/**
 * Images and labels of an archive: the arrays that are named, or those that `chooseArrays` finds; `warnings` says which they are.
 * Only these are unpacked, and no further than their headers and the archive both say.
 *
 * @throws GanodeError `IO`; `INVALID_DATA` for a broken archive or array, where none has a usual name, where one that is named is
 *   not there, or for a part that it does not have.
 */
export async function openNpz(
  { path, arrays: asked }: { path: string; arrays?: string[] },
  part: Split | undefined,
): Promise<Dataset> {
  const zip = await openZip(path);
  try {
    const entries = await listArrays(zip, path);
    const { choice, split, splits } = choose(path, [...entries.values()], asked, part);
    const images = await readArray(zip, path, find(entries, path, choice.images));
    const count = images.shape[0];
    const labels =
      choice.labels === undefined
        ? undefined
        : labelsOf(await readArray(zip, path, find(entries, path, choice.labels)), count);
    const { dataset, read: how } = arrayDataset(path, images, {
      ...(labels?.values && { labels: labels.values }),
      ...(split && splits && { split, splits }),
    });
    const sides = formatSides(images.shape);
    const beside = choice.labels === undefined ? 'no labels' : `labels "${nameOf(choice.labels)}"`;
    const note = `${path}: images are "${nameOf(choice.images)}" (${[sides, how].filter(Boolean).join(', ')}), ${beside}${labels?.problem ?? ''}`;
    return noted(dataset, note);
  } catch (error) {
    throw error instanceof GanodeError ? error : broken(path, error);
  } finally {
    zip.close();
  }
}

function choose(
  path: string,
  arrays: readonly Item[],
  asked: readonly string[] | undefined,
  part: Split | undefined,
): { choice: Choice; split?: Split; splits?: Split[] } {
  const chosen = asked ? named(path, asked) : chooseArrays(arrays);
  if (!chosen) {
    throw fail(
      path,
      `expected arrays with usual names (x_train and y_train, train_images, images and labels, x, data, …) but it holds ${listed(arrays)}; name them: FILE.npz:IMAGES or FILE.npz:IMAGES,LABELS`,
    );
  }
  if ('whole' in chosen) {
    choosePart(path, [], part);
    return { choice: chosen.whole };
  }
  const splits = [...chosen.parts.keys()];
  const split = choosePart(path, splits, part) as Split;
  return { choice: chosen.parts.get(split) as Choice, split, splits };
}

function named(path: string, names: readonly string[]): { whole: Choice } {
  const [images = '', labels] = names;
  if (names.length > 2 || names.includes('')) {
    throw fail(
      path,
      `expected IMAGES or IMAGES,LABELS after the colon but received ${showValue(names.join(','))}`,
    );
  }
  return { whole: { images, ...(labels !== undefined && { labels }) } };
}

function find(entries: ReadonlyMap<string, Item>, path: string, name: string): Item {
  const found = entries.get(name);
  if (!found)
    throw fail(path, `has no array "${nameOf(name)}": it holds ${listed([...entries.values()])}`);
  return found;
}

/** Characters of an array's name in a message. */
const mostOfName = 40;

function nameOf(array: string): string {
  return onOneLine(cut(array, mostOfName));
}

/** Names, sides and types, as a message has them. */
function listed(arrays: readonly Listed[]): string {
  if (arrays.length === 0) return 'no arrays';
  const texts = arrays
    .slice(0, mostListed)
    .map(
      ({ name, shape, descr }) =>
        `${nameOf(name)} (${[formatSides(shape), descr].filter(Boolean).join(' ')})`,
    );
  const more = arrays.length > mostListed ? `, and ${arrays.length - mostListed} more` : '';
  return `${texts.join(', ')}${more}`;
}

/** Class indices of an array of N or N×1 whole numbers; of another, why it is left out. */
function labelsOf(
  { shape, data }: NpyArray,
  count: number | undefined,
): { values?: NpyArray['data']; problem?: string } {
  if (!isLabels({ shape }, count)) {
    return {
      problem: `, which are left out: they are ${formatSides(shape)}, not one class an image (${count})`,
    };
  }
  return { values: data };
}

function fail(path: string, message: string): GanodeError {
  return new GanodeError('INVALID_DATA', `${path}: ${message}`, { details: { path } });
}
