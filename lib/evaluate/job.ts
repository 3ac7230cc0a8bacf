/** What is asked of an evaluation, and what its kinds have in common. */
import type { Dataset } from '../data/dataset.js';
import type { Generator, LoadOptions } from '../sample/generator.js';
import { lackingForClassifier, openClassifier } from './classifier.js';
import type { FeatureExtractor } from './extractor.js';
import type { MeasureOptions } from './measures.js';
import { openFeatures } from './picture-features.js';
import type { EvaluationReport, MetricName } from './report.js';
import { valuesExtractor } from './values.js';

/** Extractors that need nothing but the data. */
export const extractorNames = ['train', 'features', 'values'] as const;

/**
 * - `train`: the classifier of the data's own classes, from the cache or trained first (`openClassifier`).
 * - `features`: random filters at several scales, for pictures without labels (`openFeatures`).
 * - `values`: the values themselves (`valuesExtractor`).
 */
export type ExtractorName = (typeof extractorNames)[number];

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
   * What makes the features: one of your own, which stays open, or a name. Default: `train` where a classifier can be trained of
   * `classifierData`, which takes labels, two classes and 20 images; `features` of other pictures; `values` of data that is no bytes.
   * `stacked-mnist` needs one that tells digits apart; `ring` and `grid` take none.
   */
  extractor?: FeatureExtractor | ExtractorName;
  /** Labelled images that the classifier learns. Default `data`; for `stacked-mnist`, the training images of `mnist`. */
  classifierData?: Dataset;
  /** Of an autoencoder: real images that it was not trained on, whose bound is found. Default `data`. */
  heldOut?: Dataset;
  /**
   * Generated images, and real ones where there are so many. Default: as many as the data has, from 100 to 10,000; of `ring` and
   * `grid` 2,500, of `stacked-mnist` 26,000.
   */
  count?: number;
  /** Of the latents, of the choice of real images, and of subsets: 0 … 2^53 - 1, default 0. */
  seed?: number;
  /** ψ in (0, 1] with which latents are drawn. Default: no truncation. */
  truncation?: number;
  /** Images of one call of the generator and of the extractor, 1 … 65,536. Default 64. */
  batch?: number;
  /** Default: all that the data and the extractor allow. */
  metrics?: readonly MetricName[];
  /** Whether features of real images are kept for the next time (default true). */
  cache?: boolean;
  /** Folder of ganode's cache; default `GANODE_CACHE` or the platform's. */
  cacheDir?: string;
  /** Threads of the native side, 1 … 1024; default: as many as ATen picks. */
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

/** An extractor for as long as it is in use, with what its choice lessens. */
export async function withExtractor<T>(
  job: Job,
  learnt: () => Promise<Dataset>,
  use: (extractor: FeatureExtractor, notes: readonly string[]) => Promise<T>,
): Promise<T> {
  if (typeof job.extractor === 'object') {
    return use(job.extractor, job.extractor.warnings ?? []);
  }
  const { name, learns, note } = await choice(job, learnt);
  const extractor = await opened(name, learns, job);
  try {
    return await use(extractor, [...note, ...(extractor.warnings ?? [])]);
  } finally {
    await extractor.dispose();
  }
}

interface Choice {
  name: ExtractorName;
  /** What a classifier learns. */
  learns: Dataset;
  /** Why it is not the one that labelled data usually has. */
  note: string[];
}

async function choice(
  { data, extractor, classifierData }: Job,
  learnt: () => Promise<Dataset>,
): Promise<Choice> {
  if (typeof extractor === 'string') {
    const learns = extractor === 'train' ? (classifierData ?? (await learnt())) : data;
    return { name: extractor, learns, note: [] };
  }
  if (data.dtype === 'float32') return { name: 'values', learns: data, note: [] };
  const learns = classifierData ?? (await learnt());
  const lacking = lackingForClassifier(learns);
  if (lacking === undefined) return { name: 'train', learns, note: [] };
  const note = `features without a classifier, which would need ${lacking}`;
  return { name: 'features', learns, note: learns.labels ? [note] : [] };
}

function opened(
  name: ExtractorName,
  learns: Dataset,
  { data, cacheDir, threads, onProgress }: Job,
): Promise<FeatureExtractor> {
  const native = threads !== undefined && { threads };
  if (name === 'values') return Promise.resolve(valuesExtractor());
  if (name === 'features') return openFeatures(data, { ...native });
  return openClassifier(learns, { cacheDir, ...native, ...(onProgress && { onProgress }) });
}

/** What the report says of an extractor. */
export function extractorReport({
  id,
  description,
  chance,
}: FeatureExtractor): NonNullable<EvaluationReport['extractor']> {
  return { id, description, ...(chance && { chance }) };
}
