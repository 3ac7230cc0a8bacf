/** When things are due, in steps. */
import { GanodeError, invalid } from '../errors.js';
import type { Recipe } from '../recipes/schema.js';

/** How long to train, counted from the very start; at most one of them. */
export interface Length {
  /** Passes over the data. */
  epochs?: number;
  /** Real images shown. */
  images?: number;
  /** Steps. */
  steps?: number;
}

/** The recipe with another duration, where one is given. Throws `INVALID_OPTION`. */
export function withLength(recipe: Recipe, { epochs, images, steps }: Length): Recipe {
  const given = { epochs, images, steps };
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : name));
  if (names.length > 1) {
    throw new GanodeError('INVALID_OPTION', `Expected one of ${names.join(' and ')}`);
  }
  if (epochs !== undefined) {
    if (!(Number.isFinite(epochs) && epochs > 0))
      throw invalid('epochs', 'a number above 0', epochs);
    return { ...recipe, duration: { epochs } };
  }
  const name = steps === undefined ? 'images' : 'steps';
  const count = given[name];
  if (count === undefined) return recipe;
  if (!Number.isSafeInteger(count) || count < 1)
    throw invalid(name, 'a whole number from 1', count);
  const each =
    name === 'steps' ? recipe.discriminatorSteps * recipe.accumulation * recipe.batch : 1;
  return { ...recipe, duration: { images: count * each } };
}

export class Schedule {
  /** Batches that one step takes. */
  readonly batchesPerStep: number;
  /** Real images that one step shows. */
  readonly imagesPerStep: number;
  /** Steps of the whole training. */
  readonly totalSteps: number;

  constructor(
    private readonly recipe: Recipe,
    private readonly batchesPerEpoch: number,
  ) {
    this.batchesPerStep = recipe.discriminatorSteps * recipe.accumulation;
    this.imagesPerStep = this.batchesPerStep * recipe.batch;
    const { duration } = recipe;
    this.totalSteps =
      'epochs' in duration
        ? Math.max(1, Math.ceil((duration.epochs * batchesPerEpoch) / this.batchesPerStep))
        : Math.ceil(duration.images / this.imagesPerStep);
  }

  epoch(step: number): number {
    return (step * this.batchesPerStep) / this.batchesPerEpoch;
  }

  /** Whether an epoch ended with this step. */
  endsEpoch(step: number): boolean {
    return Math.floor(this.epoch(step)) > Math.floor(this.epoch(step - 1));
  }

  isReport(step: number): boolean {
    return step % this.recipe.reportEvery === 0 || step === this.totalSteps;
  }

  isCheckpoint(step: number): boolean {
    return this.isDue(step, this.recipe.checkpoint.every);
  }

  isSamples(step: number): boolean {
    return this.isDue(step, this.recipe.samples.every);
  }

  /** Steps from `step` on that can run without a stop: to the next report, checkpoint, grid or epoch, `most` at most. */
  untilStop(step: number, most: number): number {
    let count = 0;
    while (count < most && step + count < this.totalSteps) {
      count += 1;
      if (this.isStop(step + count)) break;
    }
    return count;
  }

  private isStop(step: number): boolean {
    return (
      this.isReport(step) || this.isCheckpoint(step) || this.isSamples(step) || this.endsEpoch(step)
    );
  }

  private isDue(step: number, every: number | null): boolean {
    return step === this.totalSteps || (every === null ? this.endsEpoch(step) : step % every === 0);
  }
}
