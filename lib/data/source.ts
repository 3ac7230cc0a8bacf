/** From what `--data` says to a dataset. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { GanodeError, invalid } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { ranges, requireInRange } from '../ranges.js';
import type { ImageShape } from '../recipes/schema.js';
import { openNpy } from './arrays.js';
import { cifarFile, cifarIn, isArchive, openCifar, packed } from './cifar.js';
import { type Dataset, requireMemoryLimit, requireShape } from './dataset.js';
import { DerivedDataset } from './derived.js';
import { requireFit } from './fit.js';
import { type FolderOptions, openFolder, openZip } from './folder.js';
import { kindOf } from './kind.js';
import { openMixture } from './mixture.js';
import { idxSplits, openFashionMnist, openIdxFolder, openMnist } from './mnist.js';
import { openNpz, parseNpzSource } from './npz.js';
import { isZip } from './pictures/listing-zip.js';
import { resizeDataset } from './resize.js';
import { openSines } from './sequences.js';
import { choosePart, requireSplitName, type Split } from './split.js';
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
  cifar10: (dir, _, { split }) => openCifar('cifar10', dir, split),
  cifar100: (dir, _, { split }) => openCifar('cifar100', dir, split),
  ring: drawn('ring', (seed) => openMixture('ring', { seed })),
  grid: drawn('grid', (seed) => openMixture('grid', { seed })),
  sines: drawn('sines', openSines),
};

/** The parts of all data with a name. */
const partsOfNamed: readonly Split[] = ['train', 'test'];

/** The dataset, and that it is one part of its source. */
function partOf(dataset: Dataset, split: Split): Dataset {
  return new DerivedDataset(dataset, { split, splits: partsOfNamed });
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
 * files), `cifar10:DIR`, `cifar100:DIR`, `ring`, `grid`, `sines`, a folder of idx files, of CIFAR's binary files or of pictures, a
 * zip of pictures, an .npy file (N×steps, N×steps×features, N×H×W of bytes, N×C×H×W, N×H×W×C), or an .npz file of such arrays
 * (`FILE.npz`, `FILE.npz:IMAGES`, `FILE.npz:IMAGES,LABELS`). Images of another size than `image` asks for are resized, and fitted by `fit`
 * where their proportions are others.
 *
 * @throws GanodeError `INVALID_DATA`, `INVALID_OPTION` or `IO`: one line with what was expected, and where.
 */
export async function openDataset(source: string, options: SourceOptions = {}): Promise<Dataset> {
  if (typeof source !== 'string') throw invalid('source', 'a name of data or a path', source);
  if (typeof options !== 'object' || options === null)
    throw invalid('options', 'an object', options);
  const { image } = options;
  if (image !== undefined && (typeof image !== 'object' || image === null || Array.isArray(image)))
    throw invalid('image', 'an object { channels, height, width }', image);
  if (options.fit !== undefined) requireFit(options.fit);
  for (const [side, size] of Object.entries(options.image ?? {})) {
    if (side !== 'channels') requireInRange(`image.${side}`, size, ranges.side);
  }
  if (options.memoryLimit !== undefined) requireMemoryLimit(options.memoryLimit);
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

/** The file or folder that a source is read from; undefined for data without one, or whose place has a default. */
export function pathOf(source: string): string | undefined {
  const { path } = parseSource(source);
  return path === undefined ? undefined : (parseNpzSource(path)?.path ?? path);
}

/** The source by which the same data is found from any folder: a path in it becomes absolute. */
export function absoluteSource(source: string): string {
  const { name, path } = parseSource(source);
  if (path === undefined) return source;
  return name === undefined ? resolve(path) : `${name}:${resolve(path)}`;
}

/** Options by which the same data is opened from any folder: a list of labels that does not lie in the data is named by its absolute path. */
export function absoluteOptions(source: string, options: SourceOptions): SourceOptions {
  const { labelsFrom } = options;
  if (labelsFrom === undefined || labelsFrom === 'folders' || labelsFrom === 'none') return options;
  const isElsewhere = !existsSync(join(pathOf(source) ?? '', labelsFrom)) && existsSync(labelsFrom);
  return isElsewhere ? { ...options, labelsFrom: resolve(labelsFrom) } : options;
}

async function open(source: string, options: SourceOptions): Promise<Dataset> {
  const other = await openOther(source, options);
  if (!other) {
    const { path = '' } = parseSource(source);
    return (await stat(path)).isDirectory() ? openFolder(path, options) : openZip(path, options);
  }
  const { labelsFrom } = options;
  if (labelsFrom === undefined) return other;
  throw invalid('labelsFrom', `nothing, as ${source} is no folder or zip of pictures,`, labelsFrom);
}

/** Whatever is no folder and no zip of pictures; undefined for those. */
async function openOther(source: string, options: SourceOptions): Promise<Dataset | undefined> {
  const { split } = options;
  if (split !== undefined) requireSplitName(split);
  const { name, path } = parseSource(source);
  if (name !== undefined) {
    const part = choosePart(name, partsOfNamed, split) as Split;
    return (named[name] as Opener)(path, part, options);
  }
  const npz = parseNpzSource(path);
  if (npz) return openNpz(npz, split);
  if (/\.npy$/i.test(path)) {
    choosePart(path, [], split);
    return openNpy(path);
  }
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) {
    const cifar = cifarFile(path);
    if (cifar) return openCifar(cifar, path, split);
    if (isArchive(path)) throw packed(path);
    if (await isZip(path)) return undefined;
  }
  if (found && !found.isDirectory()) {
    throw new GanodeError(
      'INVALID_DATA',
      `${path}: expected a folder, a zip, an .npy or .npz file or CIFAR's binary files but it is ${found.isFile() ? 'another file' : 'a device or pipe'}`,
      { details: { path } },
    );
  }
  if (!found) {
    const known = Object.keys(named);
    throw new GanodeError(
      'INVALID_DATA',
      `Unknown data source "${source}": no folder is there${didYouMean(path.replace(/:.*/s, ''), known) || `, and it is none of ${known.join(', ')}`}`,
      { details: { path } },
    );
  }
  const parts = idxSplits(path);
  if (parts.length > 0) {
    return openIdxFolder(path, split ? { split } : {});
  }
  const cifar = cifarIn(path);
  if (cifar) return openCifar(cifar, path, split);
  return undefined;
}

async function resizedTo(
  dataset: Dataset,
  { image, memoryLimit, fit, background }: SourceOptions,
): Promise<Dataset> {
  const shape: ImageShape = { ...dataset.shape, ...image };
  requireShape(shape);
  if (shape.channels !== dataset.shape.channels) {
    throw new GanodeError(
      'INVALID_DATA',
      `${dataset.name}: expected ${shape.channels} channels but its images have ${dataset.shape.channels}`,
    );
  }
  const { height, width } = dataset.shape;
  if (height === shape.height && width === shape.width) return dataset;
  if (dataset.dtype === 'float32' && kindOf(dataset) !== 'images') {
    throw new GanodeError(
      'INVALID_DATA',
      `${dataset.name}: expected ${shape.height}×${shape.width} but its items are ${height}×${width}, and numbers that are no pixels are not resized`,
    );
  }
  return resizeDataset(dataset, shape, { memoryLimit, fit, background });
}
