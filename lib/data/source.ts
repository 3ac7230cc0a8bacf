/** From what `--data` says to a dataset. */
import { stat } from 'node:fs/promises';
import { GanodeError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import type { ImageShape } from '../recipes/schema.js';
import type { Dataset } from './dataset.js';
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
 * @throws GanodeError `INVALID_DATA` or `IO`: one line with what was expected, and where.
 */
export async function openDataset(source: string, options: SourceOptions = {}): Promise<Dataset> {
  const dataset = await open(source, options);
  return resizedTo(dataset, options.image);
}

async function open(source: string, options: SourceOptions): Promise<Dataset> {
  const split = options.split ?? 'train';
  const colon = source.indexOf(':');
  const name = colon > 0 ? source.slice(0, colon) : source;
  const opener = named[name];
  if (opener) return opener(colon > 0 ? source.slice(colon + 1) : undefined, split);
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
  image: Partial<ImageShape> | undefined,
): Promise<Dataset> {
  const { channels, height, width } = { ...dataset.shape, ...image };
  if (channels !== dataset.shape.channels) {
    throw new GanodeError(
      'INVALID_DATA',
      `${dataset.name}: expected ${channels} channels but its images have ${dataset.shape.channels}`,
    );
  }
  if (height === dataset.shape.height && width === dataset.shape.width) return dataset;
  return resizeDataset(dataset, { height, width });
}
