/** Folders of images: PNG, JPEG, WebP; subfolders are classes. */
import { GanodeError, invalid } from '../errors.js';
import { allocate } from '../memory.js';
import type { ImageShape } from '../recipes/schema.js';
import {
  ArrayDataset,
  type Dataset,
  defaultMemoryLimit,
  imageSize,
  requireMemoryLimit,
  requireShape,
} from './dataset.js';
import { Decoder, reason } from './decoder.js';
import type { Fit } from './fit.js';
import { type ImageFile, listImages } from './image-files.js';
import { inParallel } from './parallel.js';
import { StreamedFolder } from './streamed.js';

export interface FolderOptions {
  /** Every image is resized so that it covers this, then cropped to its centre. Default 64×64, 3 channels. */
  image?: Partial<ImageShape>;
  /**
   * A file that does not decode: left out, counted and named in `warnings` (default), or an error. Of a streamed folder only
   * headers are checked at first; a file that fails later is replaced by the next of its class, or an error.
   */
  onBroken?: 'skip' | 'error';
  /** Bytes of decoded images to keep in memory; a larger folder is streamed. Default 1 GiB. */
  memoryLimit?: number;
  /** How images of another size are brought to `image`. Default `crop`. */
  fit?: Fit;
  /** Colour behind transparent pixels and around padded pictures, as CSS writes it. Default white. */
  background?: string;
}

/**
 * Opens a folder of images. Images that fit in `memoryLimit` are decoded once; more are decoded each time they are read.
 *
 * @throws GanodeError `INVALID_DATA` where there are no images, none decodes, or (onBroken: 'error') one does not;
 *   `INVALID_OPTION`; `IO`.
 */
export async function openFolder(dir: string, options: FolderOptions = {}): Promise<Dataset> {
  const shape: ImageShape = { channels: 3, height: 64, width: 64, ...options.image };
  const { onBroken = 'skip', memoryLimit = defaultMemoryLimit } = options;
  requireOptions(shape, onBroken);
  requireMemoryLimit(memoryLimit);
  const decoder = new Decoder(shape, options.background ?? '#ffffff');
  const { files, classes } = await listImages(dir);
  if (files.length === 0) {
    throw new GanodeError(
      'INVALID_DATA',
      `${dir}: expected PNG, JPEG or WebP files but found none`,
      { details: { path: dir } },
    );
  }
  const size = imageSize(shape);
  const images =
    files.length * size <= memoryLimit
      ? allocate(
          Uint8Array,
          files.length * size,
          `${files.length} decoded images of ${size} values`,
          'a smaller memory limit (memoryLimit, --memory-limit) streams them',
        )
      : undefined;
  const broken = await readAll(files, decoder, images);
  const first = [...broken.values()][0];
  if (first && (onBroken === 'error' || broken.size === files.length)) {
    const count = broken.size > 1 ? ` (and ${broken.size - 1} more)` : '';
    throw new GanodeError('INVALID_DATA', `${first}${count}`, {
      details: { paths: [...broken.keys()].map((index) => files[index]?.path) },
    });
  }
  const warnings = first
    ? [`${broken.size} of ${files.length} images were left out; the first: ${first}`]
    : [];
  const good = files.filter((_, index) => !broken.has(index));
  if (!images) {
    return new StreamedFolder({ name: dir, files: good, classes, decoder, onBroken, warnings });
  }
  return new ArrayDataset({
    name: dir,
    shape,
    images: compact(images, files.length, size, broken),
    ...(classes && { labels: good.map(({ label }) => label as number), classes }),
    ...(first && { warnings }),
  });
}

function requireOptions(shape: ImageShape, onBroken: unknown): void {
  requireShape(shape);
  if (shape.channels !== 1 && shape.channels !== 3) {
    throw invalid('image.channels', '1 or 3 (for a folder of images)', shape.channels);
  }
  if (onBroken !== 'skip' && onBroken !== 'error') {
    throw invalid('onBroken', "'skip' or 'error'", onBroken);
  }
}

/** Decodes (into memory) or checks (to stream) every file; returns what is wrong with the broken ones, in order. */
async function readAll(
  files: readonly ImageFile[],
  decoder: Decoder,
  images: Uint8Array | undefined,
): Promise<Map<number, string>> {
  const size = imageSize(decoder.shape);
  const failures = new Map<number, string>();
  await inParallel(files.length, async (index) => {
    const { path } = files[index] as ImageFile;
    try {
      if (images) images.set(await decoder.decode(path), index * size);
      else await decoder.check(path);
    } catch (error) {
      failures.set(index, `${path}: ${reason(error)}`);
    }
  });
  return new Map([...failures].sort(([a], [b]) => a - b));
}

/** Moves the good images together, in place. */
function compact(
  images: Uint8Array,
  count: number,
  size: number,
  broken: ReadonlyMap<number, string>,
): Uint8Array {
  let to = 0;
  for (let from = 0; from < count; from += 1) {
    if (broken.has(from)) continue;
    if (from !== to) images.copyWithin(to * size, from * size, (from + 1) * size);
    to += 1;
  }
  return images.subarray(0, to * size);
}
