/** CIFAR-10 and CIFAR-100 in their binary version. https://www.cs.toronto.edu/~kriz/cifar.html (Krizhevsky 2009) */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GanodeError } from '../errors.js';
import { readText, readWhole } from '../files/read.js';
import { ioError } from '../files.js';
import { ArrayDataset, imageSize } from './dataset.js';
import { choosePart, type Split } from './split.js';

const shape = { channels: 3, height: 32, width: 32 };
const pixels = imageSize(shape);

interface Version {
  name: string;
  /** Files of the parts. */
  parts: Readonly<Record<'train' | 'test', readonly string[]>>;
  /** Bytes before the pixels of each image; the last of them is its class. */
  labelBytes: number;
  classes: number;
  /** A line for each class. */
  names: string;
}

const versions = {
  cifar10: {
    name: 'cifar10',
    parts: {
      train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
      test: ['test_batch.bin'],
    },
    labelBytes: 1,
    classes: 10,
    names: 'batches.meta.txt',
  },
  cifar100: {
    name: 'cifar100',
    parts: { train: ['train.bin'], test: ['test.bin'] },
    // A coarse class comes before the fine one.
    labelBytes: 2,
    classes: 100,
    names: 'fine_label_names.txt',
  },
} as const satisfies Record<string, Version>;

export type CifarName = keyof typeof versions;

/** Which version lies in a folder: CIFAR-100's names of files are common words, so its list of classes has to be there. */
export function cifarIn(dir: string): CifarName | undefined {
  const has = (name: string): boolean => existsSync(join(dir, name));
  if (partsIn(dir, versions.cifar10).length > 0) return 'cifar10';
  const hundred = partsIn(dir, versions.cifar100).length > 0 && has(versions.cifar100.names);
  return hundred ? 'cifar100' : undefined;
}

/** Which version a file is of, by its name. */
export function cifarFile(path: string): CifarName | undefined {
  const [dir, file] = [dirname(path), basename(path)];
  const { cifar10, cifar100 } = versions;
  if (filesOf(cifar10).includes(file)) return 'cifar10';
  return filesOf(cifar100).includes(file) && existsSync(join(dir, cifar100.names))
    ? 'cifar100'
    : undefined;
}

function filesOf({ parts }: Version): readonly string[] {
  return [...parts.train, ...parts.test];
}

/** Parts of which at least one file is in a folder. */
function partsIn(dir: string, { parts }: Version): ('train' | 'test')[] {
  return (['train', 'test'] as const).filter((part) =>
    parts[part].some((file) => existsSync(join(dir, file))),
  );
}

/**
 * A part of CIFAR-10 or CIFAR-100 from the folder that its archive of the binary version unpacks to, or one of its files alone.
 * Images are 3×32×32, with fine labels.
 *
 * @throws GanodeError `INVALID_DATA` where a file of the part is missing, holds no whole number of images, or a class that is
 *   none; for the Python version; for the part that is not there. `IO`.
 */
export async function openCifar(
  which: CifarName,
  path: string | undefined,
  asked: Split | undefined,
): Promise<ArrayDataset> {
  const version: Version = versions[which];
  const { name } = version;
  if (path === undefined) {
    throw new GanodeError(
      'INVALID_DATA',
      `${name}: expected its folder: unpack the binary version of https://www.cs.toronto.edu/~kriz/cifar.html and name it (${name}:DIR)`,
    );
  }
  const found = await stat(path).catch((error: unknown) => {
    throw ioError('read', path, error);
  });
  if (found.isFile()) {
    if (isArchive(path)) throw packed(path);
    // A file is one whole: that it is named says which part is meant.
    choosePart(path, [], asked);
    return openFiles(version, dirname(path), [basename(path)], { name: path });
  }
  const splits = partsIn(path, version);
  if (splits.length === 0) throw missing(path, version);
  const split = choosePart(path, splits, asked) as 'train' | 'test';
  const files = version.parts[split];
  return openFiles(version, path, files, { name, split, splits });
}

/** Whether a name is that of an archive of files. */
export function isArchive(path: string): boolean {
  return /\.(tar|tgz|tar\.\w+)$/i.test(path);
}

/** What is said of an archive that has to be unpacked first. */
export function packed(path: string): GanodeError {
  return new GanodeError(
    'INVALID_DATA',
    `${path}: archives are not read: unpack it (tar xf ${basename(path)}) and name the folder`,
    { details: { path } },
  );
}

function missing(dir: string, { name, parts }: Version): GanodeError {
  const python = name === 'cifar10' ? 'data_batch_1' : 'train';
  const hint = existsSync(join(dir, python))
    ? '; this looks like the Python version: take the binary version'
    : '';
  return fail(dir, `expected ${parts.train[0]} or ${parts.test[0]} but neither is there${hint}`);
}

async function openFiles(
  version: Version,
  dir: string,
  files: readonly string[],
  about: { name: string; split?: Split; splits?: Split[] },
): Promise<ArrayDataset> {
  const record = version.labelBytes + pixels;
  const batches: { path: string; bytes: Uint8Array }[] = [];
  for (const file of files) {
    const path = join(dir, file);
    const bytes = await readWhole(path);
    if (bytes.length === 0 || bytes.length % record !== 0) {
      throw fail(
        path,
        `expected images of ${record} bytes each but it holds ${bytes.length} bytes`,
      );
    }
    batches.push({ path, bytes });
  }
  const count = batches.reduce((sum, { bytes }) => sum + bytes.length / record, 0);
  const images = new Uint8Array(count * pixels);
  const labels = new Int32Array(count);
  let item = 0;
  for (const { path, bytes } of batches) {
    for (let start = 0; start < bytes.length; start += record) {
      const first = start + version.labelBytes;
      const label = bytes[first - 1] as number;
      if (label >= version.classes) {
        const place = start / record;
        throw fail(
          path,
          `expected classes up to ${version.classes - 1} but image ${place} has ${label}`,
        );
      }
      images.set(bytes.subarray(first, start + record), item * pixels);
      labels[item] = label;
      item += 1;
    }
  }
  return new ArrayDataset({
    ...about,
    images,
    shape,
    labels,
    classes: await classNames(dir, version),
  });
}

/** A hundred names take two kilobytes. */
const mostBytesOfNames = 2 ** 20;

/** Names of the classes from the file beside the images; numbers where it is missing. */
async function classNames(dir: string, { names, classes }: Version): Promise<string[]> {
  const path = join(dir, names);
  if (!existsSync(path)) return Array.from({ length: classes }, (_, label) => String(label));
  const text = await readText(path, mostBytesOfNames);
  const lines = text.split('\n').map((line) => line.trim());
  const found = lines.filter((line) => line !== '');
  if (found.length !== classes) {
    throw fail(path, `expected ${classes} names of classes but it holds ${found.length}`);
  }
  const double = found.find((name, index) => found.indexOf(name) !== index);
  if (double !== undefined) throw fail(path, `names two classes "${double}"`);
  return found;
}

function fail(path: string, message: string): GanodeError {
  return new GanodeError('INVALID_DATA', `${path}: ${message}`, { details: { path } });
}
