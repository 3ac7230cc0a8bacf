/** Folders of images: PNG, JPEG, WebP; subfolders are classes. */
import { readdir } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import sharp from 'sharp';
import { GanodeError } from '../errors.js';
import { ioError } from '../files.js';
import type { ImageShape } from '../recipes/schema.js';
import { ArrayDataset, type Dataset, imageSize, type Pixels } from './dataset.js';

export interface FolderOptions {
  /** Every image is resized so that it covers this, then cropped to its centre. Default 64×64, 3 channels. */
  image?: Partial<ImageShape>;
  /** A file that does not decode: left out, counted and named in `warnings` (default), or an error. */
  onBroken?: 'skip' | 'error';
  /** Bytes of decoded images to keep in memory; a larger folder is streamed. Default 1 GiB. */
  memoryLimit?: number;
  /** Colour behind transparent pixels. Default white. */
  background?: string;
}

const extensions = new Set(['.png', '.jpg', '.jpeg', '.webp']);
/** Files decoded at a time; sharp's own threads share the machine's cores. */
const concurrency = 8;
const defaultMemoryLimit = 2 ** 30;

interface ImageFile {
  path: string;
  label: number | undefined;
}

/**
 * Opens a folder of images. Images that fit in `memoryLimit` are decoded once; more are decoded each time they are read.
 *
 * @throws GanodeError `INVALID_DATA` where there are no images, or (onBroken: 'error') one does not decode.
 */
export async function openFolder(dir: string, options: FolderOptions = {}): Promise<Dataset> {
  const shape: ImageShape = { channels: 3, height: 64, width: 64, ...options.image };
  if (shape.channels !== 1 && shape.channels !== 3) {
    throw new GanodeError(
      'INVALID_OPTION',
      `Expected 1 or 3 channels for a folder of images but received ${shape.channels}`,
    );
  }
  const { files, classes } = await listImages(dir);
  if (files.length === 0) {
    throw new GanodeError(
      'INVALID_DATA',
      `${dir}: expected PNG, JPEG or WebP files but found none`,
      {
        details: { path: dir },
      },
    );
  }
  const decoder = new Decoder(shape, options.background ?? '#ffffff');
  const fits = files.length * imageSize(shape) <= (options.memoryLimit ?? defaultMemoryLimit);
  const broken: string[] = [];
  const images = fits ? new Uint8Array(files.length * imageSize(shape)) : undefined;
  const good = await readAll(files, decoder, images, broken);
  if (broken.length > 0 && (options.onBroken === 'error' || good.length === 0)) {
    throw new GanodeError('INVALID_DATA', broken[0] as string, {
      details: { broken: broken.length },
    });
  }
  const common = {
    name: dir,
    shape,
    ...(classes && {
      labels: Int32Array.from(good, (index) => files[index]?.label ?? 0),
      classes,
    }),
    ...(broken.length > 0 && {
      warnings: [
        `${broken.length} of ${files.length} images were left out; the first: ${broken[0]}`,
      ],
    }),
  };
  if (images) {
    return new ArrayDataset({ ...common, images: compact(images, good, imageSize(shape)) });
  }
  return new StreamedFolder(
    good.map((index) => (files[index] as ImageFile).path),
    decoder,
    common,
  );
}

/** Decodes (into memory) or checks (to stream) every file; returns the indices of those that are whole. */
async function readAll(
  files: readonly ImageFile[],
  decoder: Decoder,
  images: Uint8Array | undefined,
  broken: string[],
): Promise<number[]> {
  const size = imageSize(decoder.shape);
  const whole = new Array<boolean>(files.length).fill(false);
  const failures = new Map<number, string>();
  await inParallel(files.length, async (index) => {
    const { path } = files[index] as ImageFile;
    try {
      if (images) images.set(await decoder.decode(path), index * size);
      else await sharp(path).metadata();
      whole[index] = true;
    } catch (error) {
      failures.set(index, `${path}: ${firstLine(error)}`);
    }
  });
  for (const index of [...failures.keys()].sort((a, b) => a - b)) {
    broken.push(failures.get(index) as string);
  }
  return whole.flatMap((good, index) => (good ? [index] : []));
}

/** Moves the good images together, in place. */
function compact(images: Uint8Array, good: readonly number[], size: number): Uint8Array {
  good.forEach((from, to) => {
    if (from !== to) images.copyWithin(to * size, from * size, (from + 1) * size);
  });
  return images.subarray(0, good.length * size);
}

/** Images that are decoded whenever they are read. */
class StreamedFolder implements Dataset {
  readonly name: string;
  readonly shape: ImageShape;
  readonly dtype = 'uint8';
  readonly labels?: Int32Array;
  readonly classes?: readonly string[];
  readonly warnings?: readonly string[];

  constructor(
    private readonly paths: readonly string[],
    private readonly decoder: Decoder,
    common: Pick<Dataset, 'name' | 'shape' | 'labels' | 'classes' | 'warnings'>,
  ) {
    this.name = common.name;
    this.shape = common.shape;
    if (common.labels) this.labels = common.labels;
    if (common.classes) this.classes = common.classes;
    if (common.warnings) this.warnings = common.warnings;
  }

  get length(): number {
    return this.paths.length;
  }

  /** Rejects with `INVALID_DATA` when a file whose header was whole does not decode. */
  async read(indices: Uint32Array, target: Pixels): Promise<void> {
    const size = imageSize(this.shape);
    await inParallel(indices.length, async (place) => {
      const path = this.paths[indices[place] as number] as string;
      try {
        target.set(await this.decoder.decode(path), place * size);
      } catch (error) {
        throw new GanodeError('INVALID_DATA', `${path}: ${firstLine(error)}`, {
          details: { path },
        });
      }
    });
  }
}

/** One image file to C×H×W bytes. */
class Decoder {
  constructor(
    readonly shape: ImageShape,
    private readonly background: string,
  ) {}

  async decode(path: string): Promise<Uint8Array> {
    const { channels, height, width } = this.shape;
    const { data } = await sharp(path, { failOn: 'error' })
      .autoOrient()
      .flatten({ background: this.background })
      .resize(width, height, { fit: 'cover', position: 'centre' })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (channels === 1) return data;
    const plane = height * width;
    const planar = new Uint8Array(3 * plane);
    for (let i = 0; i < plane; i += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        planar[channel * plane + i] = data[i * 3 + channel] as number;
      }
    }
    return planar;
  }
}

/** Images of a folder and its subfolders, in the natural order of their names. */
async function listImages(
  dir: string,
): Promise<{ files: ImageFile[]; classes: string[] | undefined }> {
  const paths: string[] = [];
  try {
    // Links to folders are not followed, so there is no way round in circles.
    for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
      const image = extensions.has(extname(entry.name).toLowerCase());
      if (image && !entry.isDirectory()) paths.push(join(entry.parentPath, entry.name));
    }
  } catch (error) {
    throw ioError('read', dir, error);
  }
  const order = new Intl.Collator('en', { numeric: true });
  const top = (path: string): string | undefined => {
    const parts = relative(dir, path).split(/[\\/]/);
    return parts.length > 1 ? parts[0] : undefined;
  };
  const names = new Set(paths.map(top).filter((name) => name !== undefined));
  // Classes only where every image is in one.
  const classes =
    names.size > 0 && paths.every((path) => top(path) !== undefined)
      ? [...names].sort(order.compare)
      : undefined;
  const files = paths
    .sort((a, b) => order.compare(a, b))
    .map((path) => ({ path, label: classes?.indexOf(top(path) as string) }));
  return { files, classes };
}

/** Runs `work` for 0 … count - 1, a few at a time; the first failure ends it. */
async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const runner = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, runner));
}

function firstLine(error: unknown): string {
  return (error as Error).message.split('\n')[0] ?? 'does not decode';
}
