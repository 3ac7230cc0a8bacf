/** Images of another size than the recipe's. */
import { setImmediate } from 'node:timers/promises';
import { allocate } from '../memory.js';
import type { ImageShape } from '../recipes/schema.js';
import { ArrayDataset, type Dataset, imageSize, type Pixels } from './dataset.js';
import { Lanczos } from './lanczos.js';

/** Multiply-adds before the event loop gets a turn: some milliseconds. */
const workPerTurn = 2e6;

/**
 * A dataset with every image resized to `height`×`width` (Lanczos; the shape is stretched where the sides do not agree).
 * Channels and type stay as they are. It is done once, in memory, where that takes no more than `memoryLimit` bytes;
 * otherwise whenever images are read.
 */
export async function resizeDataset(
  source: Dataset,
  { height, width }: { height: number; width: number },
  memoryLimit: number,
): Promise<Dataset> {
  const resized = new ResizedDataset(source, { ...source.shape, height, width });
  const size = imageSize(resized.shape);
  const Type = source.dtype === 'uint8' ? Uint8Array : Float32Array;
  if (source.length * size * Type.BYTES_PER_ELEMENT > memoryLimit) return resized;
  const images = allocate<Pixels>(
    Type,
    source.length * size,
    `${source.length} resized images of ${height}×${width}`,
    'a smaller memory limit (memoryLimit, --memory-limit) resizes them as they are read',
  );
  for (let start = 0; start < source.length; start += resized.imagesPerTurn) {
    const count = Math.min(resized.imagesPerTurn, source.length - start);
    const indices = Uint32Array.from({ length: count }, (_, i) => start + i);
    await resized.read(indices, images.subarray(start * size, (start + count) * size));
    await setImmediate();
  }
  const { name, labels, classes, warnings } = source;
  return new ArrayDataset({
    name,
    images,
    shape: resized.shape,
    ...(labels && { labels }),
    ...(classes && { classes }),
    ...(warnings && { warnings }),
  });
}

/** Images that are resized whenever they are read. */
class ResizedDataset implements Dataset {
  readonly name: string;
  readonly length: number;
  readonly dtype: 'uint8' | 'float32';
  readonly labels?: Int32Array;
  readonly classes?: readonly string[];
  readonly warnings?: readonly string[];
  /** Images to ask for before the event loop gets a turn. */
  readonly imagesPerTurn: number;
  private readonly lanczos: Lanczos;

  constructor(
    private readonly source: Dataset,
    readonly shape: ImageShape,
  ) {
    this.name = source.name;
    this.length = source.length;
    this.dtype = source.dtype;
    if (source.labels) this.labels = source.labels;
    if (source.classes) this.classes = source.classes;
    if (source.warnings) this.warnings = source.warnings;
    this.lanczos = new Lanczos(source.shape, shape);
    this.imagesPerTurn = Math.ceil(workPerTurn / (this.lanczos.cost * shape.channels));
  }

  read(indices: Uint32Array, target: Pixels): void | Promise<void> {
    const Type = this.dtype === 'uint8' ? Uint8Array : Float32Array;
    const original = new Type(indices.length * imageSize(this.source.shape));
    const read = this.source.read(indices, original);
    return read
      ? read.then(() => this.resize(original, target, indices.length))
      : this.resize(original, target, indices.length);
  }

  private resize(original: Pixels, target: Pixels, count: number): void {
    const from = this.source.shape.height * this.source.shape.width;
    const to = this.shape.height * this.shape.width;
    // A clamped view of the same bytes rounds and clamps as it is written.
    const result =
      target instanceof Uint8Array
        ? new Uint8ClampedArray(target.buffer, target.byteOffset, target.length)
        : target;
    for (let plane = 0; plane < count * this.shape.channels; plane += 1) {
      this.lanczos.resize(
        original.subarray(plane * from, (plane + 1) * from),
        result.subarray(plane * to, (plane + 1) * to),
      );
    }
  }
}
