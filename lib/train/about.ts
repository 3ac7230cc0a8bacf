/** What a training is, as its first event tells it. */
import type { Dataset } from '../data/dataset.js';
import type { Fit } from '../data/fit.js';
import type { Split } from '../data/split.js';
import { type DeviceName, settled } from '../device.js';
import { native, type TimelineStage } from '../native.js';
import type { ImageShape, Recipe } from '../recipes/schema.js';
import { Timeline } from './timeline.js';

export interface TrainingFacts {
  /** Name of the recipe. */
  recipe: string;
  /** Real images a batch; the first size where it changes on the way. */
  batch: number;
  data: {
    name: string;
    /** Number of images. */
    length: number;
    shape: ImageShape;
    /** Number of classes, where the data has labels. */
    classes?: number;
    /** Whether the networks are told the classes. */
    conditional: boolean;
    /** Which part of the data this is, where it comes in parts. */
    split?: Split;
    /** How pictures of other shapes were brought to this one; absent where none had to be. */
    fit?: Fit;
  };
  /** Where it really runs: `auto` is settled. */
  device: Exclude<DeviceName, 'auto'>;
  precision: 'fp32' | 'bf16';
  /** Threads for one operator. */
  threads: number;
}

/** Threads for one operator that a training really takes. */
export function threadsOf({ threads }: Recipe): number {
  return threads ?? native().info().threads;
}

export function aboutTraining(recipe: Recipe, dataset: Dataset): TrainingFacts {
  const { name, length, shape, classes, labels, split, fit } = dataset;
  const info = native().info();
  const device = settled(recipe.device);
  const automatic = device !== 'cpu' || info.bf16 ? 'bf16' : 'fp32';
  return {
    recipe: recipe.recipe,
    batch: (new Timeline(recipe).stages[0] as TimelineStage).batch,
    data: {
      name,
      length,
      shape: { channels: shape.channels, height: shape.height, width: shape.width },
      ...(labels && classes && { classes: classes.length }),
      conditional: recipe.classes > 0,
      ...(split && { split }),
      ...(fit && { fit }),
    },
    device,
    precision: recipe.precision === 'auto' ? automatic : recipe.precision,
    threads: threadsOf(recipe),
  };
}
