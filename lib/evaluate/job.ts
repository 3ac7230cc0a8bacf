/** What is asked of an evaluation, and what its kinds have in common. */
import type { Dataset } from '../data/dataset.js';
import type { Generator, LoadOptions } from '../sample/generator.js';
import { openClassifier } from './classifier.js';
import type { FeatureExtractor } from './extractor.js';
import type { MeasureOptions } from './measures.js';
import type { EvaluationReport, MetricName } from './report.js';
import { valuesExtractor } from './values.js';

export interface EvaluateOptions extends MeasureOptions {
  /** Run directory or checkpoint. Either this or `generator`. */
  run?: string;
  /** A generator that is open already; it stays open. */
  generator?: Generator;
  /** How `run` is opened, and the encoder of an autoencoder. */
  load?: LoadOptions;
  /** Real images, of the shape that the generator makes. */
  data: Dataset;
  /**
   * What makes the features; it stays open. Default: the classifier of `classifierData`, from the cache or trained first
   * (`openClassifier`); of data that is no bytes, the values themselves (`valuesExtractor`). `stacked-mnist` needs one that tells
   * digits apart; `ring` and `grid` take none.
   */
  extractor?: FeatureExtractor;
  /** Labelled images that the default extractor learns. Default `data`; for `stacked-mnist`, the training images of `mnist`. */
  classifierData?: Dataset;
  /** Of an autoencoder: real images that it was not trained on, whose bound is found. Default `data`. */
  heldOut?: Dataset;
  /** Generated images, and real ones where there are so many. Default 10,000; `ring` and `grid` 2,500, `stacked-mnist` 26,000. */
  count?: number;
  /** Of the latents, of the choice of real images, and of subsets: 0 … 2^53 - 1, default 0. */
  seed?: number;
  /** ψ in (0, 1] with which latents are drawn. Default: no truncation. */
  truncation?: number;
  /** Images of one call of the generator and of the extractor. Default 64. */
  batch?: number;
  /** Default: all that the data and the extractor allow. */
  metrics?: readonly MetricName[];
  /** Whether features of real images are kept for the next time (default true). */
  cache?: boolean;
  /** Folder of ganode's cache; default `GANODE_CACHE` or the platform's. */
  cacheDir?: string;
  /** Threads of the native side; default: as many as ATen picks. */
  threads?: number;
  /** Is told what is under way, in short lines. */
  onProgress?: (text: string) => void;
}

/** What is the same in every evaluation: who is asked, and how. */
export interface Job extends EvaluateOptions {
  generator: Generator;
  count: number;
  seed: number;
  batch: number;
  cacheDir: string;
}

/** A report without what every one has. */
export type Findings = Pick<EvaluationReport, 'metrics' | 'reals' | 'floorReals' | 'warnings'> &
  Partial<Pick<EvaluationReport, 'extractor' | 'labels'>>;

/** The extractor that was given, or the classifier for as long as it is in use. */
export async function withExtractor<T>(
  { data, extractor, classifierData, cacheDir, threads, onProgress }: Job,
  learnt: () => Promise<Dataset>,
  use: (extractor: FeatureExtractor) => Promise<T>,
): Promise<T> {
  if (extractor) return use(extractor);
  if (data.dtype === 'float32') return use(valuesExtractor());
  const classifier = await openClassifier(classifierData ?? (await learnt()), {
    cacheDir,
    ...(threads !== undefined && { threads }),
    ...(onProgress && { onProgress }),
  });
  try {
    return await use(classifier);
  } finally {
    await classifier.dispose();
  }
}
