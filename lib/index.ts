export {
  ArrayDataset,
  type ArrayDatasetOptions,
  type Dataset,
  type FolderOptions,
  openDataset,
  type SourceOptions,
} from './data/index.js';
export { type ErrorCode, GanodeError } from './errors.js';
export * as graph from './graph/index.js';
export type { GraphSpec } from './graph/spec.js';
export { Images } from './image/images.js';
export {
  applySettings,
  findRecipe,
  type ImageShape,
  type Recipe,
  type RecipeConfig,
  recipes,
  resolveRecipe,
} from './recipes/index.js';
export {
  Generator,
  type InterpolateOptions,
  type LoadOptions,
  type SampleOptions,
} from './sample/generator.js';
export type * from './train/events.js';
export { type Description, describe } from './train/inspect.js';
export { Trainer, type TrainerOptions, type TrainOptions } from './train/trainer.js';
