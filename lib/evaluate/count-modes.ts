/** Evaluation by counted modes, each metric beside that of as many real samples. */
import type { Dataset } from '../data/dataset.js';
import { openDataset } from '../data/source.js';
import { invalid } from '../errors.js';
import { type CollapseKind, measureDigits, measurePoints } from './collapse.js';
import { extractorReport, type Findings, type Job, withExtractor } from './job.js';
import { type CollapseMetric, chosenMetrics, metricReports } from './report.js';
import { drawing, shuffled } from './sides.js';
import { warningsOf } from './warnings.js';

/** Evaluation of data whose modes can be counted. */
export async function countModes(job: Job, { kind, metrics }: CollapseKind): Promise<Findings> {
  const { generator, data, count, seed, onProgress } = job;
  const names: CollapseMetric[] = chosenMetrics(job.metrics, metrics);
  const order = shuffled(data.length, seed).subarray(0, count);
  const { options: sampling, labels } = drawing(job, order);
  const found = {
    reals: order.length,
    floorReals: order.length,
    warnings: warningsOf({ names, count, reals: order.length, floorReals: order.length }),
    ...(labels && { labels }),
  };
  if (kind === 'points') {
    if (job.extractor) {
      throw invalid(
        'extractor',
        `none, as points of ${data.name} have no features`,
        typeof job.extractor === 'string' ? job.extractor : job.extractor.id,
      );
    }
    const { values, floors } = await measurePoints(generator, data, order, count, sampling);
    return { ...found, metrics: metricReports(names, values, floors) };
  }
  const { height, width } = data.shape;
  const digits = (): Promise<Dataset> => openDataset('mnist', { image: { height, width } });
  return withExtractor(job, digits, async (extractor, notes) => {
    const { values, floors } = await measureDigits(
      generator,
      data,
      order,
      count,
      sampling,
      extractor,
      onProgress,
    );
    return {
      ...found,
      warnings: [...found.warnings, ...notes],
      extractor: extractorReport(extractor),
      metrics: metricReports(names, values, floors),
    };
  });
}
