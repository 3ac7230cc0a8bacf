/** From what `--data` says to a dataset. */
import { stat } from 'node:fs/promises';
import { GanodeError, invalid } from '../errors.js';
import { didYouMean } from '../nearest.js';
import type { ImageShape } from '../recipes/schema.js';
import { type Dataset, defaultMemoryLimit, requireMemoryLimit, requireShape } from './dataset.js';
import { type FolderOptions, openFolder } from './folder.js';
import { findIdx, openFashionMnist, openIdxFolder, openMnist, type Split } from './mnist.js';
import { resizeDataset } from './resize.js';

export interface SourceOptions extends FolderOptions {
  /** Part of MNIST and its like. Default `train`. */
  split?: Split;
}

const named: Record<string, (dir: string | undefined, split: Split) => Promise<Dataset>> = {
  mnist: openMnist,
  'fashion-mnist': openFashionMnist,
};

/**
 * Opens `mnist`, `mnist:DIR`, `fashion-mnist`, `fashion-mnist:DIR`, a folder of idx files, or a folder of images. Data of
 * another size than `image` asks for is resized.
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
  if (opener) return opener(colon > 0 ? source.slice(colon + 1) || undefined : undefined, split);
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
  return resizeDataset(dataset, shape, memoryLimit);
}
