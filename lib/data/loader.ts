/** Batches for the native step, prepared while the one before is in use. */
import { setImmediate } from 'node:timers/promises';
import { GanodeError } from '../errors.js';
import { type Dataset, imageSize, type Pixels } from './dataset.js';
import { Sampler } from './sampler.js';

export interface LoaderOptions {
  /** Images a batch. */
  batch: number;
  /** Batches that one step takes. */
  batchesPerStep: number;
  seed: number;
  /** Horizontal flips, each with probability one half. */
  flip: boolean;
}

/** Real data for some steps, as `NativeSession.run` takes it. */
export interface StepsData {
  images: Pixels;
  labels?: Int32Array;
}

/** Bytes copied and flipped before the event loop gets a turn: a millisecond or so. */
const bytesPerTurn = 2 ** 20;

export class BatchLoader {
  readonly sampler: Sampler;

  /** Throws `INVALID_DATA` when a batch is larger than the data, or labels are not one an image. */
  constructor(
    private readonly dataset: Dataset,
    private readonly options: LoaderOptions,
  ) {
    const { name, labels, length } = dataset;
    if (labels && labels.length !== length) {
      throw new GanodeError(
        'INVALID_DATA',
        `${name}: expected ${length} labels, one an image, but it has ${labels.length}`,
      );
    }
    this.sampler = new Sampler(dataset.length, options.batch, options.seed);
  }

  /** The data of steps `firstStep` … `firstStep + steps - 1`; the same numbers give the same data. */
  async load(firstStep: number, steps: number): Promise<StepsData> {
    const { batch, batchesPerStep } = this.options;
    const size = imageSize(this.dataset.shape);
    const batches = steps * batchesPerStep;
    const Type = this.dataset.dtype === 'uint8' ? Uint8Array : Float32Array;
    const images = new Type(batches * batch * size);
    const labels = this.dataset.labels && new Int32Array(batches * batch);
    // Data in memory is copied at once, so it is asked for in pieces that are short even for large images.
    const piece = Math.max(1, Math.floor(bytesPerTurn / (size * Type.BYTES_PER_ELEMENT)));
    let copied = 0;
    for (let i = 0; i < batches; i += 1) {
      const number = firstStep * batchesPerStep + i;
      const indices = this.sampler.indices(number);
      const flips = this.options.flip ? this.sampler.flips(number) : undefined;
      for (let item = 0; item < batch; item += piece) {
        const end = Math.min(item + piece, batch);
        const target = images.subarray((i * batch + item) * size, (i * batch + end) * size);
        await this.dataset.read(indices.subarray(item, end), target);
        if (flips) this.flip(target, flips.slice(item, end));
        copied += target.byteLength;
        if (copied >= bytesPerTurn) {
          copied = 0;
          await setImmediate();
        }
      }
      labels?.set(
        Int32Array.from(indices, (index) => this.dataset.labels?.[index] as number),
        i * batch,
      );
    }
    return labels ? { images, labels } : { images };
  }

  private flip(images: Pixels, flips: readonly boolean[]): void {
    const { channels, height, width } = this.dataset.shape;
    flips.forEach((flipped, item) => {
      if (!flipped) return;
      for (let row = 0; row < channels * height; row += 1) {
        const start = (item * channels * height + row) * width;
        images.subarray(start, start + width).reverse();
      }
    });
  }
}
