/** Batches for the native step, prepared while the one before is in use. */
import { setImmediate } from 'node:timers/promises';
import { GanodeError } from '../errors.js';
import { allocate } from '../memory.js';
import { type Dataset, imageSize, type Pixels } from './dataset.js';
import { type BatchStage, StepOrder } from './order.js';

export interface LoaderOptions {
  /** Images a batch, all the time or by stages of the training. */
  batch: number | readonly BatchStage[];
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
  private readonly order: StepOrder;

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
    const { batch, batchesPerStep, seed } = options;
    const stages = typeof batch === 'number' ? [{ firstStep: 0, batch }] : batch;
    this.order = new StepOrder(dataset.length, batchesPerStep, seed, stages);
  }

  /** The data of steps `firstStep` … `firstStep + steps - 1`; the same numbers give the same data. */
  async load(firstStep: number, steps: number): Promise<StepsData> {
    const { batchesPerStep } = this.options;
    const { shape, dtype, labels: all } = this.dataset;
    const size = imageSize(shape);
    let items = 0;
    for (let step = firstStep; step < firstStep + steps; step += 1) {
      items += batchesPerStep * this.order.batch(step);
    }
    const Type = dtype === 'uint8' ? Uint8Array : Float32Array;
    const images = allocate<Pixels>(Type, items * size, `${items} images of ${size} values`);
    const labels = all && new Int32Array(items);
    // Data in memory is copied at once, so it is asked for in pieces that are short even for large images.
    const piece = Math.max(1, Math.floor(bytesPerTurn / (size * Type.BYTES_PER_ELEMENT)));
    let copied = 0;
    let first = 0;
    for (let i = 0; i < steps * batchesPerStep; i += 1) {
      const step = firstStep + Math.floor(i / batchesPerStep);
      const number = i % batchesPerStep;
      const indices = this.order.indices(step, number);
      const flips = this.options.flip ? this.order.flips(step, number) : undefined;
      for (let item = 0; item < indices.length; item += piece) {
        const end = Math.min(item + piece, indices.length);
        const target = images.subarray((first + item) * size, (first + end) * size);
        await this.dataset.read(indices.subarray(item, end), target);
        if (flips) this.flip(target, flips.slice(item, end));
        copied += target.byteLength;
        if (copied >= bytesPerTurn) {
          copied = 0;
          await setImmediate();
        }
      }
      labels?.set(
        Int32Array.from(indices, (index) => all?.[index] as number),
        first,
      );
      first += indices.length;
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
