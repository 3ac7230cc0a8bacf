/** NumPy's archives of arrays: a zip with an .npy file for each. https://numpy.org/doc/stable/reference/generated/numpy.savez.html */
import type { Readable } from 'node:stream';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { GanodeError } from '../errors.js';
import { ioError } from '../files.js';
import { type NpyArray, type NpyHeader, npyHeader, parseNpy } from '../image/npy.js';
import { arrayDataset } from './arrays.js';
import type { Dataset } from './dataset.js';
import { noted } from './derived.js';
import { type Choice, chooseArrays, isLabels, type Listed } from './npz-names.js';
import { requirePart, type Split } from './split.js';

/** Arrays that are looked at; an archive with more was not made for this. */
const mostArrays = 1000;
/** What Node reads of a plain file at most; an array in an archive may hold no more. */
const mostBytes = 2 ** 31;
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
  split: Split,
): Promise<Dataset> {
  const zip = await openZip(path);
  try {
    const entries = await list(zip, path);
    const { choice, splits } = choose(path, [...entries.values()], asked, split);
    const images = await read(zip, path, find(entries, path, choice.images));
    const count = images.shape[0];
    const labels =
      choice.labels === undefined
        ? undefined
        : labelsOf(await read(zip, path, find(entries, path, choice.labels)), count);
    const { dataset, read: how } = arrayDataset(path, images, {
      ...(labels?.values && { labels: labels.values }),
      ...(splits && { split, splits }),
    });
    const sides = images.shape.join('×');
    const beside = choice.labels === undefined ? 'no labels' : `labels "${choice.labels}"`;
    const note = `${path}: images are "${choice.images}" (${[sides, how].filter(Boolean).join(', ')}), ${beside}${labels?.problem ?? ''}`;
    return noted(dataset, note);
  } catch (error) {
    throw error instanceof GanodeError ? error : broken(path, error);
  } finally {
    zip.close();
  }
}

type Item = Listed & { entry: Entry };

function choose(
  path: string,
  arrays: readonly Item[],
  asked: readonly string[] | undefined,
  split: Split,
): { choice: Choice; splits?: Split[] } {
  const chosen = asked ? named(path, asked) : chooseArrays(arrays);
  if (!chosen) {
    throw fail(
      path,
      `expected arrays with usual names (x_train and y_train, train_images, images and labels, x, data, …) but it holds ${listed(arrays)}; name them: FILE.npz:IMAGES or FILE.npz:IMAGES,LABELS`,
    );
  }
  if ('whole' in chosen) {
    if (split !== 'train') requirePart(path, [], split);
    return { choice: chosen.whole };
  }
  const splits = [...chosen.parts.keys()];
  requirePart(path, splits, split);
  return { choice: chosen.parts.get(split) as Choice, splits };
}

function named(path: string, names: readonly string[]): { whole: Choice } {
  const [images = '', labels] = names;
  if (names.length > 2 || names.includes('')) {
    throw fail(path, `expected IMAGES or IMAGES,LABELS after the colon but received "${names}"`);
  }
  return { whole: { images, ...(labels !== undefined && { labels }) } };
}

function find(entries: ReadonlyMap<string, Item>, path: string, name: string): Item {
  const found = entries.get(name);
  if (!found) throw fail(path, `has no array "${name}": it holds ${listed([...entries.values()])}`);
  return found;
}

/** Names, sides and types, as a message has them. */
function listed(arrays: readonly Listed[]): string {
  if (arrays.length === 0) return 'no arrays';
  const texts = arrays
    .slice(0, mostListed)
    .map(
      ({ name, shape, descr }) => `${name} (${[shape.join('×'), descr].filter(Boolean).join(' ')})`,
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
      problem: `, which are left out: they are ${shape.join('×')}, not one class an image (${count})`,
    };
  }
  return { values: data };
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { autoClose: false });
  } catch (error) {
    const isSystem = (error as NodeJS.ErrnoException).code !== undefined;
    throw isSystem ? ioError('read', path, error) : broken(path, error);
  }
}

/** What an archive holds, by name; the headers of its arrays are read for it. */
async function list(zip: ZipFile, path: string): Promise<Map<string, Item>> {
  const entries: Entry[] = [];
  if (zip.entryCount > mostArrays) {
    throw fail(path, `expected up to ${mostArrays} arrays but it holds ${zip.entryCount} files`);
  }
  for await (const entry of zip.eachEntry()) {
    if (/\.npy$/.test(entry.fileName)) entries.push(entry);
  }
  const found = new Map<string, Item>();
  for (const entry of entries) {
    const name = entry.fileName.replace(/\.npy$/, '');
    found.set(name, { entry, name, ...(await describe(zip, path, entry)) });
  }
  return found;
}

/** Sides and type of an array; that it cannot be read matters only where it is taken. */
async function describe(
  zip: ZipFile,
  path: string,
  entry: Entry,
): Promise<Pick<Listed, 'shape' | 'descr'>> {
  const stream = await zip.openReadStreamPromise(entry);
  try {
    const { header } = await readHeader(stream, `${path}:${entry.fileName}`);
    return { shape: header.shape, descr: header.descr };
  } catch {
    return { shape: [], descr: 'not readable' };
  } finally {
    stream.destroy();
  }
}

/** The bytes up to the end of the header, or a few more. */
async function readHeader(
  stream: Readable,
  where: string,
): Promise<{ header: NpyHeader; bytes: Buffer }> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    const header = npyHeader(bytes, where);
    if (header) return { header, bytes };
  }
  throw fail(where, `cut short: ${bytes.length} bytes hold no header`);
}

/** Unpacks an array, once its header promises as many bytes as the archive does. */
async function read(zip: ZipFile, path: string, { entry }: Item): Promise<NpyArray> {
  const where = `${path}:${entry.fileName}`;
  const stream = await zip.openReadStreamPromise(entry);
  try {
    const { header, bytes } = await readHeader(stream, where);
    const { length, shape } = header;
    const size = entry.uncompressedSize;
    if (length !== size) {
      throw fail(
        where,
        `its header promises ${shape.join('×')}, ${length} bytes, the archive ${size}`,
      );
    }
    if (length > mostBytes) throw fail(where, `${length} bytes are more than 2 GiB`);
    const whole = Buffer.allocUnsafeSlow(length);
    let place = bytes.copy(whole);
    for await (const chunk of stream) place += (chunk as Buffer).copy(whole, place);
    if (place !== length) throw fail(where, `expected ${length} bytes but ${place} came`);
    return parseNpy(whole, where);
  } catch (error) {
    throw error instanceof GanodeError ? error : broken(where, error);
  } finally {
    stream.destroy();
  }
}

function broken(path: string, error: unknown): GanodeError {
  return new GanodeError('INVALID_DATA', `${path}: broken archive (${(error as Error).message})`, {
    cause: error,
    details: { path },
  });
}

function fail(path: string, message: string): GanodeError {
  return new GanodeError('INVALID_DATA', `${path}: ${message}`, { details: { path } });
}
