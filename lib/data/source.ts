/** From what `--data` says to a dataset. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GanodeError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import type { ImageShape } from '../recipes/schema.js';
import { type Dataset, defaultMemoryLimit, requireMemoryLimit, requireShape } from './dataset.js';
import { type FolderOptions, openFolder, openZip } from './folder.js';
import { openMixture } from './mixture.js';
import { idxSplits, openFashionMnist, openIdxFolder, openMnist } from './mnist.js';
import { isZip } from './pictures/listing-zip.js';
import { resizeDataset } from './resize.js';
import { openNpy, openSines } from './sequences.js';
import { requirePart, requireSplitName, type Split } from './split.js';
import { stackDigits } from './stacked-mnist.js';

export interface SourceOptions extends FolderOptions {
  /** Part of data that comes in parts. Default `train`. */
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

/** The parts of all data with a name. */
const partsOfNamed: readonly Split[] = ['train', 'test'];

/** The dataset, and that it is one part of its source. */
function partOf(dataset: Dataset, split: Split): Dataset {
  return Object.assign(Object.create(dataset) as Dataset, { split, splits: partsOfNamed });
}

/** Data without files, drawn from a seed: that of the test split is other than that of the training split. */
function drawn(name: string, open: (seed: number) => Dataset): Opener {
  return async (dir, split) => {
    if (dir)
      throw new GanodeError('INVALID_DATA', `${name}: expected no folder but received "${dir}"`);
    return partOf(open(split === 'train' ? 0 : 1), split);
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
  return partOf(stackDigits(digits), split);
}

/**
 * Opens `mnist`, `mnist:DIR`, `fashion-mnist`, `fashion-mnist:DIR`, `stacked-mnist`, `stacked-mnist:DIR` (a folder of MNIST's
 * files), `ring`, `grid`, `sines`, a folder of idx files, a folder or a zip of pictures, or an .npy file (N×steps, N×steps×features,
 * N×C×H×W). Data of another size than `image` asks for is resized.
 *
 * @throws GanodeError `INVALID_DATA`, `INVALID_OPTION` or `IO`: one line with what was expected, and where.
 */
export async function openDataset(source: string, options: SourceOptions = {}): Promise<Dataset> {
  const dataset = await open(source, options);
  return resizedTo(dataset, options);
}

/** What a source says: the name of an opener, a path, or both (`mnist:DIR`). A name of no opener is part of a path. */
export type ParsedSource = { name: string; path?: string } | { name?: undefined; path: string };

/** `mnist:` alone is `mnist`. */
export function parseSource(source: string): ParsedSource {
  const colon = source.indexOf(':');
  const name = colon > 0 ? source.slice(0, colon) : source;
  if (!Object.hasOwn(named, name)) return { path: source };
  const path = colon > 0 ? source.slice(colon + 1) : '';
  return { name, ...(path && { path }) };
}

/** The source by which the same data is found from any folder: a path in it becomes absolute. */
export function absoluteSource(source: string): string {
  const { name, path } = parseSource(source);
  if (path === undefined) return source;
  return name === undefined ? resolve(path) : `${name}:${resolve(path)}`;
}

async function open(source: string, options: SourceOptions): Promise<Dataset> {
  const split = options.split ?? 'train';
  requireSplitName(split);
  const { name, path } = parseSource(source);
  const refuseLabels = (): void => {
    if (options.labelsFrom === undefined) return;
    const expected = `nothing for labelsFrom (${source} is no folder or zip of pictures)`;
    throw new GanodeError('INVALID_OPTION', `Expected ${expected}`);
  };
  if (name !== undefined) {
    refuseLabels();
    requirePart(name, partsOfNamed, split);
    return (named[name] as Opener)(path, split, options);
  }
  if (/\.npy$/i.test(path)) {
    refuseLabels();
    return openNpy(path);
  }
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() && (await isZip(path))) return openZip(path, options);
  if (!found?.isDirectory()) {
    const known = Object.keys(named);
    throw new GanodeError(
      'INVALID_DATA',
      `Unknown data source "${source}": no folder is there${didYouMean(path.replace(/:.*/s, ''), known) || `, and it is none of ${known.join(', ')}`}`,
      { details: { path } },
    );
  }
  const parts = idxSplits(path);
  if (parts.length > 0) {
    refuseLabels();
    requirePart(path, parts, split);
    return openIdxFolder(path, { split });
  }
  return openFolder(path, options);
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
