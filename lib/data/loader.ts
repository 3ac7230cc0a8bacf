/** Batches for the native step, prepared while the one before is in use. */
import { setImmediate } from 'node:timers/promises';
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

/** Bytes copied before the event loop gets a turn: a millisecond or so. */
const bytesPerTurn = 4 * 2 ** 20;

export class BatchLoader {
  readonly sampler: Sampler;

  /** Throws `INVALID_DATA` when a batch is larger than the data. */
  constructor(
    private readonly dataset: Dataset,
    private readonly options: LoaderOptions,
  ) {
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
    let copied = 0;
    for (let i = 0; i < batches; i += 1) {
      const number = firstStep * batchesPerStep + i;
      const indices = this.sampler.indices(number);
      const target = images.subarray(i * batch * size, (i + 1) * batch * size);
      await this.dataset.read(indices, target);
      if (this.options.flip) this.flip(target, number);
      labels?.set(
        Int32Array.from(indices, (index) => this.dataset.labels?.[index] ?? 0),
        i * batch,
      );
      copied += target.byteLength;
      if (copied > bytesPerTurn) {
        copied = 0;
        await setImmediate();
      }
    }
    return labels ? { images, labels } : { images };
  }

  private flip(images: Pixels, number: number): void {
    const { channels, height, width } = this.dataset.shape;
    this.sampler.flips(number).forEach((flipped, item) => {
      if (!flipped) return;
      for (let row = 0; row < channels * height; row += 1) {
        const start = (item * channels * height + row) * width;
        images.subarray(start, start + width).reverse();
      }
    });
  }
}
