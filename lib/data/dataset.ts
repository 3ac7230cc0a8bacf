/** What training reads: a known number of images of one shape, by index. */
import { GanodeError, invalid } from '../errors.js';
import type { ImageShape } from '../recipes/schema.js';
import type { Fit } from './fit.js';
import type { Split } from './split.js';

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
  /** Which part of its source this is, and which parts that has; absent where a source is one whole. */
  readonly split?: Split;
  readonly splits?: readonly Split[];
  /** How pictures of other proportions are brought to `shape`; absent where the source is no files of pictures. */
  readonly fit?: Fit;
  /** Whether images are decoded each time they are read; absent for data in memory. */
  readonly streamed?: boolean;
  /** Notes for the user, such as broken files that were left out. May grow while a streamed folder is read. */
  readonly warnings?: readonly string[];
  /**
   * Fills `target` with the images at `indices`, C×H×W each, one after the other. Data in memory is copied before the call
   * returns; streamed data gives a promise.
   */
  read(indices: Uint32Array, target: Pixels): void | Promise<void>;
}

/** Throws `INVALID_OPTION` unless the sides are whole numbers from 1. */
export function requireShape(shape: ImageShape): void {
  for (const side of ['channels', 'height', 'width'] as const) {
    if (!Number.isInteger(shape[side]) || shape[side] < 1) {
      throw invalid(`image.${side}`, 'a whole number from 1', shape[side]);
    }
  }
}

/** Bytes of images that are kept in memory where nobody says otherwise: 1 GiB. */
export const defaultMemoryLimit = 2 ** 30;

/** Throws `INVALID_OPTION` unless it is a number from 0. */
export function requireMemoryLimit(bytes: number): void {
  if (!(bytes >= 0)) throw invalid('memoryLimit', 'a number of bytes', bytes);
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
  split?: Split;
  splits?: readonly Split[];
  fit?: Fit;
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
  readonly split?: Split;
  readonly splits?: readonly Split[];
  readonly fit?: Fit;
  readonly warnings?: readonly string[];
  private readonly images: Pixels;

  /** Throws `INVALID_DATA` when lengths do not fit, or a label is no index of a class; `INVALID_OPTION` for a wrong type. */
  constructor(options: ArrayDatasetOptions) {
    const { images, shape, labels, classes, name = 'array', warnings } = options;
    if (!(images instanceof Uint8Array) && !(images instanceof Float32Array)) {
      throw invalid('images', 'a Uint8Array or Float32Array', images);
    }
    requireShape(shape);
    const size = imageSize(shape);
    if (images.length === 0 || images.length % size !== 0) {
      throw new GanodeError(
        'INVALID_DATA',
        `${name}: expected images of ${size} values each (C×H×W) but received ${images.length} values`,
      );
    }
    this.name = name;
    this.images = images;
    this.shape = shape;
    this.dtype = images instanceof Uint8Array ? 'uint8' : 'float32';
    this.length = images.length / size;
    const { split, splits, fit } = options;
    if (split) this.split = split;
    if (splits) this.splits = splits;
    if (fit) this.fit = fit;
    if (warnings) this.warnings = warnings;
    if (!labels) return;
    const count = checkLabels(name, labels, this.length, classes?.length ?? mostClasses);
    this.labels = Int32Array.from(labels);
    this.classes = classes ?? Array.from({ length: count }, (_, label) => String(label));
  }

  read(indices: Uint32Array, target: Pixels): void {
    const size = imageSize(this.shape);
    indices.forEach((index, place) => {
      target.set(this.images.subarray(index * size, (index + 1) * size) as never, place * size);
    });
  }
}

/** Classes of labels that come without names: more is a mistake in the labels. */
const mostClasses = 2 ** 20;

/** One class index from 0 to under `classes` for each image; returns the largest, plus one. */
function checkLabels(
  name: string,
  labels: ArrayLike<number>,
  length: number,
  classes: number,
): number {
  if (labels.length !== length) {
    throw new GanodeError(
      'INVALID_DATA',
      `${name}: expected ${length} labels, one an image, but received ${labels.length}`,
    );
  }
  let most = 0;
  for (let index = 0; index < length; index += 1) {
    const label = labels[index] as number;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new GanodeError(
        'INVALID_DATA',
        `${name}: expected class indices from 0 to ${classes - 1} but label ${index} is ${label}`,
      );
    }
    most = Math.max(most, label);
  }
  return most + 1;
}
