/** Pictures that are too many for memory. */
import { GanodeError } from '../../errors.js';
import type { ImageShape } from '../../recipes/schema.js';
import { type Dataset, imageSize, type Pixels } from '../dataset.js';
import type { Fit } from '../fit.js';
import { inParallel } from '../parallel.js';
import type { Split } from '../split.js';
import type { Picture } from './arrange.js';
import type { Decoder } from './decoder.js';
import type { Listing } from './listing.js';
import { reasonOf } from './reason.js';
import { shown } from './words.js';

/** Files that are tried in place of a broken one; more in a row mean that the folder is gone. */
const mostReplacements = 16;

export interface StreamedPicturesOptions {
  listing: Listing;
  pictures: readonly Picture[];
  classes?: readonly string[];
  decoder: Decoder;
  onBroken: 'skip' | 'error';
  warnings: string[];
  split?: Split;
  splits?: readonly Split[];
  fit?: Fit;
}

/**
 * Pictures that are decoded whenever they are read. Headers were checked before; a file that does not decode all the same is an
 * error (onBroken: 'error'), or the next one of its class stands in for it, and `warnings` grows by a line. That choice
 * depends on the files alone, so that resuming stays exact.
 */
export class StreamedPictures implements Dataset {
  readonly name: string;
  readonly length: number;
  readonly shape: ImageShape;
  readonly dtype = 'uint8';
  readonly streamed = true;
  readonly labels?: Int32Array;
  readonly classes?: readonly string[];
  readonly split?: Split;
  readonly splits?: readonly Split[];
  readonly fit?: Fit;
  readonly warnings: string[];
  /** Index of the file that stands in for a broken one. */
  private readonly replacements = new Map<number, number>();

  constructor(private readonly options: StreamedPicturesOptions) {
    const { listing, pictures, classes, decoder, warnings, split, splits, fit } = options;
    this.name = listing.path;
    this.length = pictures.length;
    this.shape = decoder.shape;
    this.warnings = warnings;
    if (split) this.split = split;
    if (splits) this.splits = splits;
    if (fit) this.fit = fit;
    if (!classes) return;
    this.labels = Int32Array.from(pictures, ({ label }) => label as number);
    this.classes = classes;
  }

  /** Rejects with `INVALID_DATA` when a file does not decode and nothing may, or can, stand in for it. */
  async read(indices: Uint32Array, target: Pixels): Promise<void> {
    const size = imageSize(this.shape);
    await inParallel(indices.length, async (place) => {
      target.set(await this.decode(indices[place] as number), place * size);
    });
  }

  private async decode(index: number): Promise<Uint8Array> {
    try {
      return await this.pixels(this.replacements.get(index) ?? index);
    } catch (error) {
      if (this.options.onBroken === 'error') throw await this.failure(index, error);
      return this.replace(index, error);
    }
  }

  private async replace(index: number, error: unknown): Promise<Uint8Array> {
    for (const other of this.others(index)) {
      const pixels = await this.pixels(other).catch(() => undefined);
      if (!pixels) continue;
      // Read twice at once, it is told once.
      if (this.replacements.get(index) !== other) {
        this.replacements.set(index, other);
        const { message } = await this.failure(index, error);
        this.warnings.push(`${message}; ${shown(this.place(other))} stands in for it`);
      }
      return pixels;
    }
    throw await this.failure(index, error);
  }

  /** Indices of files after `index`, round in circles, of the same class. */
  private others(index: number): number[] {
    const found: number[] = [];
    for (let step = 1; step < this.length && found.length < mostReplacements; step += 1) {
      const other = (index + step) % this.length;
      if (this.labels?.[other] === this.labels?.[index]) found.push(other);
    }
    return found;
  }

  private async pixels(index: number): Promise<Uint8Array> {
    const { listing, decoder } = this.options;
    return (await decoder.decode(await listing.source(this.fileOf(index)))).pixels;
  }

  private fileOf(index: number): string {
    return (this.options.pictures[index] as Picture).name;
  }

  private place(index: number): string {
    return this.options.listing.place(this.fileOf(index));
  }

  private async failure(index: number, error: unknown): Promise<GanodeError> {
    const path = this.place(index);
    const reason = await reasonOf(this.options.listing, this.fileOf(index), error);
    return new GanodeError('INVALID_DATA', `${shown(path)}: ${reason}`, { details: { path } });
  }
}
