/** Images of another size than the recipe's. */
import { setImmediate } from 'node:timers/promises';
import type { Pixels } from '../image/pixels.js';
import { allocate } from '../memory.js';
import { backgroundBytes, defaultBackground } from './background.js';
import { type Dataset, defaultMemoryLimit, imageSize } from './dataset.js';
import { DerivedDataset } from './derived.js';
import { defaultFit, type Fit, requireFit } from './fit.js';
import { type Frame, frameFor, isWhole, type Size } from './frame.js';
import { Lanczos } from './lanczos.js';

/** Multiply-adds before the event loop gets a turn: some milliseconds. */
const workPerTurn = 2e6;

export interface ResizeOptions {
  /** Bytes of resized images that are kept in memory. Default 1 GiB. */
  memoryLimit?: number | undefined;
  /** What becomes of images whose proportions are others. Default `crop`. */
  fit?: Fit | undefined;
  /** Colour around padded images, as CSS writes it. Default white. */
  background?: string | undefined;
}

/**
 * A dataset with every image brought to `size` by Lanczos' resampling and, where its proportions are others, by `fit`. Channels
 * and type stay as they are. It is done once, in memory, where that takes no more than `memoryLimit` bytes; otherwise whenever
 * images are read.
 *
 * @throws GanodeError `INVALID_OPTION` for an unknown fit or background, and what the dataset throws.
 */
export async function resizeDataset(
  source: Dataset,
  size: Size,
  {
    memoryLimit = defaultMemoryLimit,
    fit = defaultFit,
    background = defaultBackground,
  }: ResizeOptions = {},
): Promise<Dataset> {
  requireFit(fit);
  const bytes = await backgroundBytes(background, source.shape.channels);
  // Bytes are scaled to [-1, 1] in training, so this is how numbers have that colour.
  const around = source.dtype === 'uint8' ? [...bytes] : Array.from(bytes, (b) => b / 127.5 - 1);
  const resized = new ResizedDataset(source, size, fit, around);
  const Type = source.dtype === 'uint8' ? Uint8Array : Float32Array;
  const values = imageSize(resized.shape);
  if (source.length * values * Type.BYTES_PER_ELEMENT > memoryLimit) return resized;
  const images = allocate<Pixels>(
    Type,
    source.length * values,
    `${source.length} resized images of ${size.height}×${size.width}`,
    'a smaller memory limit (memoryLimit, --memory-limit) resizes them as they are read',
  );
  for (let start = 0; start < source.length; start += resized.imagesPerTurn) {
    const count = Math.min(resized.imagesPerTurn, source.length - start);
    const indices = Uint32Array.from({ length: count }, (_, i) => start + i);
    await resized.read(indices, images.subarray(start * values, (start + count) * values));
    await setImmediate();
  }
  return new KeptDataset(resized, images);
}

/** Images that were read from a dataset, which are all that is left of it. */
class KeptDataset extends DerivedDataset {
  constructor(
    source: Dataset,
    private readonly images: Pixels,
  ) {
    super(source, { streamed: false });
  }

  override read(indices: Uint32Array, target: Pixels): void {
    const size = imageSize(this.shape);
    indices.forEach((index, place) => {
      target.set(this.images.subarray(index * size, (index + 1) * size) as never, place * size);
    });
  }
}

/** Images that are resized whenever they are read. */
class ResizedDataset extends DerivedDataset {
  /** Images to ask for before the event loop gets a turn. */
  readonly imagesPerTurn: number;
  private readonly lanczos: Lanczos;
  private readonly frame: Frame;

  /** @param around What padded images have around them, a value a channel. */
  constructor(
    source: Dataset,
    { height, width }: Size,
    fit: Fit,
    private readonly around: readonly number[],
  ) {
    const distorted = source.shape.height * width !== source.shape.width * height;
    super(source, {
      shape: { channels: source.shape.channels, height, width },
      ...(distorted && { fit }),
    });
    this.frame = frameFor(source.shape, this.shape, fit);
    this.lanczos = new Lanczos(source.shape, this.frame);
    this.imagesPerTurn = Math.ceil(workPerTurn / (this.lanczos.cost * this.shape.channels));
  }

  override read(indices: Uint32Array, target: Pixels): void | Promise<void> {
    const Type = this.dtype === 'uint8' ? Uint8Array : Float32Array;
    const original = new Type(indices.length * imageSize(this.source.shape));
    const read = this.source.read(indices, original);
    return read
      ? read.then(() => this.resize(original, target, indices.length))
      : this.resize(original, target, indices.length);
  }

  private resize(original: Pixels, target: Pixels, count: number): void {
    const from = this.source.shape.height * this.source.shape.width;
    const { channels, height, width } = this.shape;
    const to = height * width;
    const covered = isWhole(this.frame, this.shape);
    // A clamped view of the same bytes rounds and clamps as it is written.
    const result =
      target instanceof Uint8Array
        ? new Uint8ClampedArray(target.buffer, target.byteOffset, target.length)
        : target;
    for (let plane = 0; plane < count * channels; plane += 1) {
      const into = result.subarray(plane * to, (plane + 1) * to);
      if (!covered) into.fill(this.around[plane % channels] as number);
      this.lanczos.resize(original.subarray(plane * from, (plane + 1) * from), into, width);
    }
  }
}
