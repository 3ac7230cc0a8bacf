/** From what `--data` says to a dataset. */
import { stat } from 'node:fs/promises';
import { GanodeError, invalid } from '../errors.js';
import { didYouMean } from '../nearest.js';
import type { ImageShape } from '../recipes/schema.js';
import { type Dataset, defaultMemoryLimit, requireMemoryLimit, requireShape } from './dataset.js';
import { type FolderOptions, openFolder } from './folder.js';
import { openMixture } from './mixture.js';
import { findIdx, openFashionMnist, openIdxFolder, openMnist, type Split } from './mnist.js';
import { resizeDataset } from './resize.js';
import { openNpy, openSines } from './sequences.js';
import { stackDigits } from './stacked-mnist.js';

export interface SourceOptions extends FolderOptions {
  /** Part of MNIST and its like. Default `train`. */
  split?: Split;
}

type Opener = (dir: string | undefined, split: Split, options: SourceOptions) => Promise<Dataset>;

const named: Record<string, Opener> = {
  mnist: openMnist,
  'fashion-mnist': openFashionMnist,
  'stacked-mnist': openStacked,
  ring: drawn('ring', (seed) => openMixture('ring', { seed })),
  grid: drawn('grid', (seed) => openMixture('grid', { seed })),
  sines: drawn('sines', openSines),
};

/** Data without files, drawn from a seed: that of the test split is other than that of the training split. */
function drawn(name: string, open: (seed: number) => Dataset): Opener {
  return async (dir, split) => {
    if (dir)
      throw new GanodeError('INVALID_DATA', `${name}: expected no folder but received "${dir}"`);
    return open(split === 'train' ? 0 : 1);
  };
}

/** The digits are resized, not their stacks: each is held once. */
async function openStacked(
  dir: string | undefined,
  split: Split,
  options: SourceOptions,
): Promise<Dataset> {
  const image = { ...options.image, channels: 1 };
  const digits = await resizedTo(await openMnist(dir, split), { ...options, image });
  return stackDigits(digits);
}

/**
 * Opens `mnist`, `mnist:DIR`, `fashion-mnist`, `fashion-mnist:DIR`, `stacked-mnist`, `stacked-mnist:DIR` (a folder of MNIST's
 * files), `ring`, `grid`, `sines`, a folder of idx files, a folder of images, or an .npy file (N×steps, N×steps×features,
 * N×C×H×W). Data of another size than `image` asks for is resized.
 *
 * @throws GanodeError `INVALID_DATA`, `INVALID_OPTION` or `IO`: one line with what was expected, and where.
 */
export async function openDataset(source: string, options: SourceOptions = {}): Promise<Dataset> {
  const dataset = await open(source, options);
  return resizedTo(dataset, options);
}

async function open(source: string, options: SourceOptions): Promise<Dataset> {
  const split = options.split ?? 'train';
  if (split !== 'train' && split !== 'test') throw invalid('split', "'train' or 'test'", split);
  const colon = source.indexOf(':');
  const name = colon > 0 ? source.slice(0, colon) : source;
  const opener = named[name];
  // `mnist:` alone is `mnist`.
  if (opener) {
    return opener(colon > 0 ? source.slice(colon + 1) || undefined : undefined, split, options);
  }
  if (/\.npy$/i.test(source)) return openNpy(source);
  const found = await stat(source).catch(() => undefined);
  if (!found?.isDirectory()) {
    const known = Object.keys(named);
    throw new GanodeError(
      'INVALID_DATA',
      `Unknown data source "${source}": no folder is there${didYouMean(name, known) || `, and it is none of ${known.join(', ')}`}`,
      { details: { path: source } },
    );
  }
  if (findIdx(source, split, 'images')) return openIdxFolder(source, { split });
  return openFolder(source, options);
}

async function resizedTo(
  dataset: Dataset,
  { image, memoryLimit = defaultMemoryLimit }: SourceOptions,
): Promise<Dataset> {
  const shape: ImageShape = { ...dataset.shape, ...image };
  requireShape(shape);
  requireMemoryLimit(memoryLimit);
  if (shape.channels !== dataset.shape.channels) {
    throw new GanodeError(
      'INVALID_DATA',
      `${dataset.name}: expected ${shape.channels} channels but its images have ${dataset.shape.channels}`,
    );
  }
  const { height, width } = dataset.shape;
  if (height === shape.height && width === shape.width) return dataset;
  if (dataset.dtype === 'float32') {
    throw new GanodeError(
      'INVALID_DATA',
      `${dataset.name}: expected ${shape.height}×${shape.width} but its items are ${height}×${width}, and numbers that are no pixels are not resized`,
    );
  }
  return resizeDataset(dataset, shape, memoryLimit);
}
