/** Evaluation by counted modes: of points in the plane, and of stacked digits. */
import { ArrayDataset, type Dataset, imageSize } from '../data/dataset.js';
import { type MixtureName, mixtures } from '../data/mixture.js';
import { GanodeError } from '../errors.js';
import type { ImageShape } from '../recipes/schema.js';
import type { Generator, SampleOptions } from '../sample/generator.js';
import type { FeatureExtractor, ImageBatch } from './extractor.js';
import { extractAll, type OnProgress, realBatches } from './features.js';
import { likeliest } from './likeliest.js';
import { mixtureMetrics } from './mixture.js';
import { type CollapseMetric, collapseMetrics, type Measured } from './report.js';
import { type DigitClassifier, stackedMnistCount, stackedMnistMetrics } from './stacked-mnist.js';

/** Data whose modes are known, and what is counted of it. */
export interface CollapseKind {
  kind: 'points' | 'digits';
  metrics: readonly CollapseMetric[];
  /** Samples that the papers draw. */
  count: number;
}

/** Undefined for images whose modes nobody knows. */
export function collapseKind({ name, shape, dtype }: Dataset): CollapseKind | undefined {
  if (Object.hasOwn(mixtures, name) && dtype === 'float32' && imageSize(shape) === 2) {
    return { kind: 'points', metrics: ['modes', 'highQuality', 'reverseKl'], count: 2500 };
  }
  if (name === 'stacked-mnist' && shape.channels === 3) {
    return { kind: 'digits', metrics: ['modes', 'reverseKl'], count: stackedMnistCount };
  }
  return undefined;
}

type Values = Map<CollapseMetric, Measured>;

/** Metrics of generated points, and of the real ones at `indices`. */
export async function measurePoints(
  generator: Generator,
  dataset: Dataset,
  indices: Uint32Array,
  count: number,
  sampling: SampleOptions,
): Promise<{ values: Values; floors: Values }> {
  const real = new Float32Array(2 * indices.length);
  await dataset.read(indices, real);
  const { data } = await generator.sampleRaw(count, sampling);
  const found = (points: Float32Array): Values =>
    valuesOf(mixtureMetrics(points, dataset.name as MixtureName));
  return { values: found(data), floors: found(real) };
}

/**
 * Metrics of generated stacks of digits, and of the real ones at `indices`.
 *
 * @param extractor Tells the digits of images of one channel by its logits, which are of ten classes.
 */
export async function measureDigits(
  generator: Generator,
  dataset: Dataset,
  indices: Uint32Array,
  count: number,
  sampling: SampleOptions,
  extractor: FeatureExtractor,
  onProgress: OnProgress,
): Promise<{ values: Values; floors: Values }> {
  const { shape } = dataset;
  const data = new Uint8Array(indices.length * imageSize(shape));
  await dataset.read(indices, data);
  const real = { shape: [indices.length, shape.channels, shape.height, shape.width], data };
  const found = async (images: ImageBatch, what: string): Promise<Values> =>
    valuesOf(await stackedMnistMetrics(images, byLogits(extractor, what, onProgress)));
  const floors = await found(real, 'real digits');
  const generated = await generator.sample(count, sampling);
  return { values: await found(generated, 'generated digits'), floors };
}

/** Images of one call of the extractor. */
const digitsPerCall = 512;

function byLogits(
  extractor: FeatureExtractor,
  what: string,
  onProgress: OnProgress,
): DigitClassifier {
  return {
    predict: async ({ shape, data }) => {
      const [count = 0, ...sides] = shape;
      const digits = new ArrayDataset({ images: data, shape: imageShape(sides), name: what });
      const order = Uint32Array.from({ length: count }, (_, i) => i);
      const batches = realBatches(digits, order, digitsPerCall);
      const { logits } = await extractAll(extractor, batches, count, what, onProgress);
      if (logits?.size === 10) return likeliest(logits);
      throw new GanodeError(
        'INVALID_OPTION',
        `stacked-mnist: expected an extractor that tells 10 digits apart but received ${logits ? `one of ${logits.size} classes` : 'one without logits'}`,
      );
    },
  };
}

function imageShape([channels = 0, height = 0, width = 0]: readonly number[]): ImageShape {
  return { channels, height, width };
}

function valuesOf(found: Partial<Record<CollapseMetric, number>>): Values {
  const names = Object.keys(collapseMetrics) as CollapseMetric[];
  return new Map(
    names.flatMap((name) => {
      const value = found[name];
      return value === undefined ? [] : [[name, { value }] as const];
    }),
  );
}
