/** Evaluation by features: what an extractor says of real and of generated images. */
import { fingerprint } from '../data/fingerprint.js';
import { GanodeError, invalid } from '../errors.js';
import { native } from '../native.js';
import type { Extraction, FeatureExtractor } from './extractor.js';
import { featurePath, loadFeatures, storeFeatures } from './feature-cache.js';
import { extractAll, realBatches, rowsOf } from './features.js';
import { extractorReport, type Findings, type Job, withExtractor } from './job.js';
import {
  type Measurable,
  type Measuring,
  measurable,
  measure,
  measuring,
  requireLogits,
} from './measures.js';
import {
  chosenMetrics,
  type EvaluationReport,
  type FeatureMetric,
  featureMetrics,
  metricReports,
} from './report.js';
import { drawing, type RealSides, realSides } from './sides.js';
import { warningsOf } from './warnings.js';

/** Evaluation of images by their features. */
export async function compareFeatures(job: Job): Promise<Findings> {
  const { generator, data, count, seed, batch, onProgress } = job;
  const known = chosenMetrics(job.metrics, Object.keys(featureMetrics) as FeatureMetric[]);
  const options = measuring(job, count, seed);
  const sides = realSides(data, count, seed);
  const can = measurable(known, options, sides.count);
  requireMeasurable(job, sides, can);
  return withExtractor(
    job,
    async () => data,
    async (extractor, reservations) => {
      const { real, notes } = await realFeatures(job, sides, extractor);
      if (job.metrics?.includes('inceptionScore')) requireLogits(real);
      const names = can.names.filter((name) => name !== 'inceptionScore' || real.logits);
      const { options: sampling, labels } = drawing(job, sides.order);
      const images =
        data.dtype === 'uint8'
          ? generator.batches(count, batch, sampling)
          : generator.rawBatches(count, batch, sampling);
      const fake = await extractAll(extractor, images, count, 'generated images', onProgress);
      onProgress?.('metrics');
      const floorReals = sides.half < can.least ? 0 : sides.half;
      const compared = { real, fake, sides: { ...sides, half: floorReals } };
      return {
        metrics: await compare(names, compared, options, job.threads),
        reals: sides.count,
        floorReals,
        extractor: extractorReport(extractor),
        ...(labels && { labels }),
        warnings: [
          ...notes,
          ...reservations,
          ...leftOutWarning(can, sides),
          ...warningsOf({ names, count, reals: sides.count, floorReals, size: real.features.size }),
        ],
      };
    },
  );
}

/**
 * Metrics that have been asked for by name, or neighbours by number, are refused where there are too few images; others are left
 * out. Throws `INVALID_OPTION` or `INVALID_DATA`, by what has too few.
 */
function requireMeasurable(
  { data, count, metrics, neighbours }: Job,
  sides: RealSides,
  { leftOut, asked }: Measurable,
): void {
  if (leftOut.length === 0 || (metrics === undefined && neighbours === undefined)) return;
  if (count < asked) {
    throw invalid(
      'count',
      `more images than the ${asked - 1} neighbours of ${leftOut.join(', ')}`,
      count,
    );
  }
  throw new GanodeError(
    'INVALID_DATA',
    `${data.name}: expected ${asked} images or more, as its neighbours ask for, but received ${sides.count}`,
  );
}

function leftOutWarning({ leftOut, asked }: Measurable, { count }: RealSides): string[] {
  if (leftOut.length === 0) return [];
  return [
    `${leftOut.join(', ')} are left out: their neighbours need ${asked} images or more, and there are ${count}`,
  ];
}

/** Features of all real images of `sides`, from the cache where it has them. A cache that cannot be written costs a note only. */
async function realFeatures(
  { data, seed, batch, cache = true, cacheDir, onProgress }: Job,
  { order }: RealSides,
  extractor: FeatureExtractor,
): Promise<{ real: Extraction; notes: string[] }> {
  const extract = (): Promise<Extraction> => {
    const images = realBatches(data, order, batch);
    return extractAll(extractor, images, order.length, 'real images', onProgress);
  };
  if (!cache) return { real: await extract(), notes: [] };
  const key = {
    data: await fingerprint(data),
    extractor: extractor.id,
    count: order.length,
    seed,
  };
  const path = featurePath(cacheDir, key);
  const kept = await loadFeatures(path, onProgress);
  if (kept) return { real: kept, notes: [] };
  const real = await extract();
  const note = await storeFeatures(path, real).then(
    () => [],
    (error: Error) => [`features of real images are not kept: ${error.message}`],
  );
  return { real, notes: note };
}

async function compare(
  names: readonly FeatureMetric[],
  { real, fake, sides }: { real: Extraction; fake: Extraction; sides: RealSides },
  options: Measuring,
  threads: number | undefined,
): Promise<EvaluationReport['metrics']> {
  const metrics = await native().createMetrics(threads === undefined ? {} : { threads });
  try {
    const { count, half } = sides;
    const found = await measure(metrics, names, rowsOf(real, 0, count), fake, options);
    if (half === 0) return metricReports(names, found, undefined);
    const halves = [rowsOf(real, 0, half), rowsOf(real, half, half)] as const;
    return metricReports(names, found, await measure(metrics, names, ...halves, options));
  } finally {
    await metrics.dispose();
  }
}
