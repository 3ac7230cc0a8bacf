export {
  ArrayDataset,
  type ArrayDatasetOptions,
  type DataKind,
  type Dataset,
  type FolderOptions,
  type Layout,
  openDataset,
  type SequencesOptions,
  type SourceOptions,
  sequences,
} from './data/index.js';
export { type ErrorCode, GanodeError } from './errors.js';
export { type Classifier, type ClassifierOptions, openClassifier } from './evaluate/classifier.js';
export { evaluate } from './evaluate/evaluate.js';
export type { Extraction, FeatureExtractor, Features, ImageBatch } from './evaluate/extractor.js';
export type { EvaluateOptions, ExtractorName } from './evaluate/job.js';
export type { MeasureOptions } from './evaluate/measures.js';
export { type MixtureMetrics, mixtureMetrics } from './evaluate/mixture.js';
export { type FeaturesOptions, openFeatures } from './evaluate/picture-features.js';
export type {
  Better,
  CollapseMetric,
  EvaluationReport,
  FeatureMetric,
  Measured,
  MetricName,
  MetricReport,
} from './evaluate/report.js';
export {
  type DigitClassifier,
  type StackedMnistMetrics,
  stackedMnistMetrics,
} from './evaluate/stacked-mnist.js';
export { type OpenTorchScriptOptions, openTorchScript } from './evaluate/torchscript.js';
export * as graph from './graph/index.js';
export type { GraphSpec } from './graph/spec.js';
export { Images } from './image/images.js';
export * as procedure from './procedure/index.js';
export type { ProcedureSpec } from './procedure/spec.js';
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
  Autoencoder,
  type Bound,
  type BoundOptions,
  type Codes,
  type EncodeOptions,
  type RealImages,
} from './sample/autoencoder.js';
export {
  Generator,
  type InterpolateOptions,
  type LoadOptions,
  type SampleOptions,
} from './sample/generator.js';
export type { TrainingFacts } from './train/about.js';
export type { TrainerOptions } from './train/assemble.js';
export type * from './train/events.js';
export { type Description, describe } from './train/inspect.js';
export type {
  NodeTime,
  OperatorTime,
  PhaseTime,
  Profile,
  ProfileOptions,
} from './train/profile.js';
export { type DrawOptions, Trainer, type TrainOptions } from './train/trainer.js';
