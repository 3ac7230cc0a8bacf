/** What training reads: a known number of images of one shape, by index. */
import { GanodeError, invalid } from '../errors.js';
import type { ImageShape } from '../recipes/schema.js';

export type Pixels = Uint8Array | Float32Array;

export interface Dataset {
  /** For messages and the run directory. */
  readonly name: string;
  /** Number of images. */
  readonly length: number;
  readonly shape: ImageShape;
  /** `uint8`: 0 … 255, which training scales to [-1, 1]; `float32`: taken as it is. */
  readonly dtype: 'uint8' | 'float32';
  /** One class index an image; absent without classes. */
  readonly labels?: Int32Array;
  /** Names of the classes. */
  readonly classes?: readonly string[];
  /** Notes for the user, such as broken files that were left out. */
  readonly warnings?: readonly string[];
  /**
   * Fills `target` with the images at `indices`, C×H×W each, one after the other. Data in memory is copied before the call
   * returns; streamed data gives a promise.
   */
  read(indices: Uint32Array, target: Pixels): void | Promise<void>;
}

/** Values of one image. */
export function imageSize({ channels, height, width }: ImageShape): number {
  return channels * height * width;
}

export interface ArrayDatasetOptions {
  images: Pixels;
  shape: ImageShape;
  labels?: Int32Array | readonly number[];
  classes?: readonly string[];
  name?: string;
  warnings?: readonly string[];
}

/** Images in memory: one typed array, N×C×H×W. */
export class ArrayDataset implements Dataset {
  readonly name: string;
  readonly length: number;
  readonly shape: ImageShape;
  readonly dtype: 'uint8' | 'float32';
  readonly labels?: Int32Array;
  readonly classes?: readonly string[];
  readonly warnings?: readonly string[];
  private readonly images: Pixels;

  /** Throws `INVALID_DATA` when lengths do not fit. */
  constructor(options: ArrayDatasetOptions) {
    const { images, shape, labels, classes, name = 'array', warnings } = options;
    if (!(images instanceof Uint8Array) && !(images instanceof Float32Array)) {
      throw invalid('images', 'a Uint8Array or Float32Array', images);
    }
    const size = imageSize(shape);
    if (!(size >= 1) || images.length === 0 || images.length % size !== 0) {
      throw new GanodeError(
        'INVALID_DATA',
        `Expected images of ${size} values each (C×H×W) but received ${images.length} values`,
      );
    }
    this.name = name;
    this.images = images;
    this.shape = shape;
    this.dtype = images instanceof Uint8Array ? 'uint8' : 'float32';
    this.length = images.length / size;
    if (warnings) this.warnings = warnings;
    if (!labels) return;
    if (labels.length !== this.length) {
      throw new GanodeError(
        'INVALID_DATA',
        `Expected ${this.length} labels, one an image, but received ${labels.length}`,
      );
    }
    this.labels = Int32Array.from(labels);
    const count = this.labels.reduce((most, label) => Math.max(most, label), 0) + 1;
    this.classes = classes ?? Array.from({ length: count }, (_, label) => String(label));
  }

  read(indices: Uint32Array, target: Pixels): void {
    const size = imageSize(this.shape);
    indices.forEach((index, place) => {
      target.set(this.images.subarray(index * size, (index + 1) * size) as never, place * size);
    });
  }
}
