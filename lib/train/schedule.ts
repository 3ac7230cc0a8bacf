/** When things are due, in steps. */
import { GanodeError } from '../errors.js';
import type { TimelineStage } from '../native.js';
import { ranges, requireInRange, requireRanges } from '../ranges.js';
import { batchesPerStep } from '../recipes/procedure.js';
import type { Recipe } from '../recipes/schema.js';
import { lastFrom, Timeline } from './timeline.js';

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
    requireRanges({ epochs });
    return { ...recipe, duration: { epochs } };
  }
  const name = steps === undefined ? 'images' : 'steps';
  const count = given[name];
  if (count === undefined) return recipe;
  requireInRange(name, count, ranges.steps);
  const shown = name === 'steps' ? new Timeline(recipe).images(count) : count;
  return { ...recipe, duration: { images: shown } };
}

interface Stage extends TimelineStage {
  /** Passes over the data before it. */
  firstEpoch: number;
  batchesPerEpoch: number;
}

export class Schedule {
  /** Batches that one step takes. */
  readonly batchesPerStep: number;
  /** Steps of the whole training. */
  readonly totalSteps: number;
  /** Real images that the largest step shows. */
  readonly mostImagesPerStep: number;
  private readonly timeline: Timeline;
  private readonly stages: Stage[] = [];

  /** @param length Images that the data has. */
  constructor(
    private readonly recipe: Recipe,
    length: number,
  ) {
    this.batchesPerStep = batchesPerStep(recipe);
    this.timeline = new Timeline(recipe);
    for (const stage of this.timeline.stages) {
      const firstEpoch = this.stages.length === 0 ? 0 : this.epoch(stage.firstStep);
      this.stages.push({ ...stage, firstEpoch, batchesPerEpoch: Math.floor(length / stage.batch) });
    }
    this.mostImagesPerStep = Math.max(...this.stages.map(({ imagesPerStep }) => imagesPerStep));
    const { duration } = recipe;
    this.totalSteps =
      'epochs' in duration
        ? this.stepsForEpochs(duration.epochs)
        : this.timeline.stepsFor(duration.images);
  }

  /** Real images shown in the first `step` steps. */
  images(step: number): number {
    return this.timeline.images(step);
  }

  epoch(step: number): number {
    const stage = lastFrom(this.stages, ({ firstStep }) => firstStep <= step);
    const batches = (step - stage.firstStep) * this.batchesPerStep;
    return stage.firstEpoch + batches / stage.batchesPerEpoch;
  }

  private stepsForEpochs(epochs: number): number {
    const stage = lastFrom(this.stages, ({ firstEpoch }) => firstEpoch < epochs);
    const batches = (epochs - stage.firstEpoch) * stage.batchesPerEpoch;
    return Math.max(1, stage.firstStep + Math.ceil(batches / this.batchesPerStep));
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
