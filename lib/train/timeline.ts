/** Which steps a recipe has. Native code decides (native/step/timeline.h), for it runs them. */
import { native, type TimelineStage } from '../native.js';
import type { Recipe } from '../recipes/schema.js';

export class Timeline {
  /** Steps with one batch, one stage after the other; the last one has no end. */
  readonly stages: readonly TimelineStage[];

  /** Throws `INVALID_OPTION`. */
  constructor(recipe: Recipe) {
    this.stages = native().timeline(JSON.stringify(recipe));
  }

  /** Real images shown in the first `steps` steps. */
  images(steps: number): number {
    const { firstStep, firstImages, imagesPerStep } = lastFrom(
      this.stages,
      (stage) => stage.firstStep <= steps,
    );
    return firstImages + (steps - firstStep) * imagesPerStep;
  }

  /** Steps in which at least so many real images, from 1, are shown. */
  stepsFor(images: number): number {
    const { firstStep, firstImages, imagesPerStep } = lastFrom(
      this.stages,
      (stage) => stage.firstImages < images,
    );
    return firstStep + Math.ceil((images - firstImages) / imagesPerStep);
  }
}

/** The last of some stages that has begun; the first one always has. */
export function lastFrom<Stage>(stages: readonly Stage[], begun: (stage: Stage) => boolean): Stage {
  return stages[Math.max(0, stages.findLastIndex(begun))] as Stage;
}
