/** What training reads: a known number of images of one shape, by index. */
import { GanodeError, invalid } from '../errors.js';
import { asPixels, type GivenPixels, type Pixels } from '../image/pixels.js';
import type { ImageShape } from '../recipes/schema.js';
import { type Fit, requireFit } from './fit.js';
import { type DataKind, kindOf, requireKind } from './kind.js';
import { classNames, classOfEach } from './labels.js';
import { type Layout, looksChannelsLast, requireLayout, toChannelsFirst } from './layout.js';
import { type Range, rangeWarnings, usualRange } from './range.js';
import { requireSplitName, type Split } from './split.js';

export type { Pixels } from '../image/pixels.js';

export interface Dataset {
  /** For messages and the run directory. */
  readonly name: string;
  /** Number of images. */
  readonly length: number;
  readonly shape: ImageShape;
  /** `uint8`: 0 … 255, which training scales to [-1, 1]; `float32`: taken as it is. */
  readonly dtype: 'uint8' | 'float32';
  /** What the items are, and so how they are drawn and written. Default as `kindOf` tells: by `dtype` and `shape`. */
  readonly kind?: DataKind;
  /** One class index an image; absent without classes. */
  readonly labels?: Int32Array;
  /** Names of the classes. */
  readonly classes?: readonly string[];
  /** Which part of its source this is, and which parts that has; absent where a source is one whole. */
  readonly split?: Split;
  readonly splits?: readonly Split[];
  /** How images of other proportions were brought to `shape`; absent where all of them had its proportions. */
  readonly fit?: Fit;
  /** Whether images are decoded each time they are read; absent for data in memory. */
  readonly streamed?: boolean;
  /**
   * Notes for the user: problems such as broken files that were left out, and what was chosen where there was a choice. May grow
   * while a streamed folder is read.
   */
  readonly warnings?: readonly string[];
  /**
   * Fills `target` with the images at `indices`, C×H×W each, one after the other. Data in memory is copied before the call
   * returns; streamed data gives a promise.
   */
  read(indices: Uint32Array, target: Pixels): void | Promise<void>;
}

/** Throws `INVALID_OPTION` unless the sides are whole numbers from 1. */
export function requireShape(shape: ImageShape): void {
  if (typeof shape !== 'object' || shape === null) {
    throw invalid('shape', 'an object { channels, height, width }', shape);
  }
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
  if (typeof bytes !== 'number' || !(bytes >= 0))
    throw invalid('memoryLimit', 'a number of bytes', bytes);
}

/** Values of one image. */
export function imageSize({ channels, height, width }: ImageShape): number {
  return channels * height * width;
}

export interface ArrayDatasetOptions {
  /**
   * All images, one after the other. Bytes are 0 … 255, and may be a canvas's `Uint8ClampedArray`; float32 is taken as it is and
   * should be from -1 (black) to 1. Nothing is copied but with `layout: 'channelsLast'`.
   */
  images: GivenPixels;
  /** Sides of one image. Their number follows from the length of `images`. */
  shape: ImageShape;
  /** `channelsLast` for H×W×C, as a canvas has its pixels; they are brought into C×H×W once. Default `channelsFirst`. */
  layout?: Layout;
  /** What the items are. Default: see `Dataset.kind`. */
  kind?: DataKind;
  /** Where values of float32 should lie; others are told in `warnings`. Default [-1, 1]; infinities for values that may be any. */
  range?: Range;
  /** One class index an image, from 0. */
  labels?: ArrayLike<number>;
  /** Names of the classes, each another. Default: their numbers, up to the largest label. */
  classes?: readonly string[];
  /** For messages and the run directory. Default `array`. */
  name?: string;
  split?: Split;
  splits?: readonly Split[];
  fit?: Fit;
  warnings?: readonly string[];
}

/**
 * Images in memory: one typed array, N×C×H×W, or N×H×W×C with `layout: 'channelsLast'`.
 *
 * ```ts
 * const { data } = canvas.getContext('2d').getImageData(0, 0, 64, 64); // RGBA
 * new ArrayDataset({ images: data, shape: { channels: 4, height: 64, width: 64 }, layout: 'channelsLast' });
 * ```
 */
export class ArrayDataset implements Dataset {
  readonly name: string;
  readonly length: number;
  readonly shape: ImageShape;
  readonly dtype: 'uint8' | 'float32';
  readonly kind: DataKind;
  readonly labels?: Int32Array;
  readonly classes?: readonly string[];
  readonly split?: Split;
  readonly splits?: readonly Split[];
  readonly fit?: Fit;
  readonly warnings?: readonly string[];
  private readonly images: Pixels;

  /**
   * @throws GanodeError `INVALID_DATA` when lengths do not fit, a value is NaN or infinite, a label is no index of a class, or the
   *   shape looks like H×W×C and no layout is given; `INVALID_OPTION` for a wrong type.
   */
  constructor(options: ArrayDatasetOptions) {
    if (typeof options !== 'object' || options === null) {
      throw invalid('options', 'an object with images and shape', options);
    }
    const { shape, layout, labels, name = 'array', split, splits, fit } = options;
    if (typeof name !== 'string') throw invalid('name', 'a string', name);
    const images = asPixels(options.images, 'images');
    requireShape(shape);
    requireOrder(name, shape, layout);
    const size = imageSize(shape);
    if (images.length === 0 || images.length % size !== 0) {
      throw new GanodeError(
        'INVALID_DATA',
        `${name}: expected images of ${size} values each (C×H×W) but received ${images.length} values`,
      );
    }
    const { channels, height, width } = shape;
    this.name = name;
    this.images = layout === 'channelsLast' ? toChannelsFirst(images, shape) : images;
    this.shape = { channels, height, width };
    this.dtype = images instanceof Uint8Array ? 'uint8' : 'float32';
    this.length = images.length / size;
    if (options.kind !== undefined) requireKind(options.kind);
    this.kind = kindOf({ ...options, dtype: this.dtype });
    if (split !== undefined) requireSplitName(split);
    for (const part of splits ?? []) requireSplitName(part);
    if (fit !== undefined) requireFit(fit);
    if (split) this.split = split;
    if (splits) this.splits = splits;
    if (fit) this.fit = fit;
    const warnings = [...(options.warnings ?? []), ...this.rangeWarnings(options.range)];
    if (warnings.length > 0) this.warnings = warnings;
    const classes = classNames(options.classes);
    if (labels === undefined) {
      if (classes)
        throw invalid('labels', 'one class index an image, as there are classes,', labels);
      return;
    }
    this.labels = classOfEach(name, labels, this.length, classes?.length);
    this.classes = classes ?? numbered(this.labels);
  }

  read(indices: Uint32Array, target: Pixels): void {
    const size = imageSize(this.shape);
    indices.forEach((index, place) => {
      target.set(this.images.subarray(index * size, (index + 1) * size) as never, place * size);
    });
  }

  private rangeWarnings(wanted: Range = usualRange): string[] {
    const { images, name, kind, shape } = this;
    if (images instanceof Uint8Array) return [];
    return rangeWarnings(images, { name, kind, size: imageSize(shape), wanted });
  }
}

/** Throws where a layout has to be given, as the sides look like H×W×C. */
function requireOrder(
  name: string,
  { channels, height, width }: ImageShape,
  layout: Layout | undefined,
): void {
  if (layout !== undefined) {
    requireLayout(layout);
    return;
  }
  if (!looksChannelsLast([channels, height, width])) return;
  throw new GanodeError(
    'INVALID_DATA',
    `${name}: expected C×H×W but ${channels}×${height}×${width} looks like H×W×C: give { channels: ${width}, height: ${channels}, width: ${height} } and layout: 'channelsLast'; or layout: 'channelsFirst' if it is meant`,
    { details: { shape: [channels, height, width] } },
  );
}

/** Names of classes that have none. */
function numbered(labels: Int32Array): string[] {
  const most = labels.reduce((a, b) => Math.max(a, b), 0);
  return Array.from({ length: most + 1 }, (_, label) => String(label));
}
