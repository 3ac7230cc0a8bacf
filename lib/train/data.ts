/** A training's data: whether it fits, and what is written down of it. */
import type { Dataset } from '../data/dataset.js';
import { absoluteOptions, absoluteSource } from '../data/source.js';
import { GanodeError } from '../errors.js';
import type { Recipe } from '../recipes/schema.js';
import type { TrainerOptions } from './assemble.js';
import type { RunConfig } from './run-config.js';

/** Throws `INVALID_DATA` where the recipe was made for images of another shape. */
export function requireShape(recipe: Recipe, dataset: Dataset): void {
  const text = ({ channels, height, width }: Recipe['image']): string =>
    `${channels}×${height}×${width}`;
  if (text(recipe.image) === text(dataset.shape)) return;
  throw new GanodeError(
    'INVALID_DATA',
    `Expected images of ${text(recipe.image)} for the recipe but ${dataset.name} has ${text(dataset.shape)}`,
  );
}

/**
 * What config.json says of the data: how to open it again from any folder, where that can be written down, and what it is.
 */
export function describeData(
  { data, dataOptions }: TrainerOptions,
  { name, length, shape, classes, split, fit }: Dataset,
): Pick<RunConfig, 'data' | 'dataset'> {
  const source =
    typeof data === 'string'
      ? {
          source: absoluteSource(data),
          ...(dataOptions && { options: { ...absoluteOptions(data, dataOptions) } }),
        }
      : undefined;
  return {
    ...(source && { data: source }),
    dataset: {
      name,
      length,
      shape,
      ...(classes && { classes: classes.length }),
      ...(split && { split }),
      ...(fit && { fit }),
    },
  };
}
