/** How good a generator's images are, in numbers, each beside what real images would reach. */
import { performance } from 'node:perf_hooks';
import { cacheDir as defaultCacheDir } from '../cache.js';
import type { Dataset } from '../data/dataset.js';
import { GanodeError } from '../errors.js';
import { requireMemory } from '../memory.js';
import { ranges, requireInRange, requireRanges } from '../ranges.js';
import { Generator } from '../sample/generator.js';
import { measureBound, split } from './bound.js';
import { collapseKind } from './collapse.js';
import { compareFeatures } from './compare-features.js';
import { countModes } from './count-modes.js';
import type { EvaluateOptions, Job } from './job.js';
import type { EvaluationReport } from './report.js';
import { drawing, requireSameShape, shuffled } from './sides.js';

/**
 * Measures generated images against real ones: by their features, or, for `ring`, `grid` and `stacked-mnist`, by the modes that
 * are found. Equal options give equal numbers on one machine.
 *
 * Of an autoencoder also the evidence lower bound and the squared error of its reconstructions, of `heldOut` images.
 *
 * Each metric of samples comes with its floor: the same of real images against other real images, of as many where the data has twice
 * `count`, else of half of the data each.
 *
 * @throws GanodeError `INVALID_OPTION` for an option that is out of range, a metric that is not there for the data, or an
 *   Inception score without logits; `INVALID_DATA` for data of another shape than the generator's, without labels where the
 *   classifier was asked for, or with fewer images than the neighbours of metrics asked for; and whatever the generator and the
 *   extractor refuse.
 */
export async function evaluate(options: EvaluateOptions): Promise<EvaluationReport> {
  const begun = performance.now();
  const { data, seed = 0, batch = 64, run, cacheDir = defaultCacheDir() } = options;
  const collapse = collapseKind(data);
  const count = options.count ?? collapse?.count ?? defaultCount(data);
  requireInRange('count', count, ranges.measured);
  requireRanges({ seed, batch, threads: options.threads, truncation: options.truncation });
  if ((run === undefined) === (options.generator === undefined)) {
    throw new GanodeError('INVALID_OPTION', 'Expected either a run or a generator');
  }
  const threads = options.threads !== undefined && { threads: options.threads };
  const generator =
    options.generator ?? (await Generator.load(run as string, { ...threads, ...options.load }));
  try {
    requireSameShape(generator, data);
    const latents = `the latents and labels of ${count} images`;
    requireMemory(
      4 * count * (generator.recipe.latentSize + 1),
      latents,
      'a smaller count takes less',
    );
    const job: Job = { ...options, generator, count, seed, batch, cacheDir };
    const { ofBound, others } = split(generator, options.metrics);
    const { metrics: _, ...rest } = job;
    const asked = { ...rest, ...(others && { metrics: others }) };
    const findings = await (others?.length === 0 && ofBound.length > 0
      ? { metrics: [], reals: 0, floorReals: 0, warnings: [] }
      : collapse
        ? countModes(asked, collapse)
        : compareFeatures(asked));
    const bound = await measureBound(ofBound, generator, options, count);
    const experts = await expertUse(job);
    return {
      ...findings,
      ...(experts.length > 0 && { experts }),
      ...bound,
      metrics: [...findings.metrics, ...bound.metrics],
      fakes: count,
      seed,
      ...(options.truncation !== undefined && { truncation: options.truncation }),
      data: data.name,
      checkpoint: generator.checkpoint,
      step: generator.step,
      recipe: generator.recipe.recipe,
      warnings: [...findings.warnings, ...bound.warnings, ...(data.warnings ?? [])],
      seconds: (performance.now() - begun) / 1000,
    };
  } finally {
    if (!options.generator) await generator.dispose();
  }
}

/** The default number of generated images is that of the data, within bounds: fewer make the metrics noisy, more cost time and say little. */
function defaultCount({ length }: Dataset): number {
  return Math.min(Math.max(length, 100), 10_000);
}

/** Of the images that were measured. */
function expertUse(job: Job): Promise<number[]> {
  const { generator, data, count, seed } = job;
  if (generator.experts === 0) return Promise.resolve([]);
  const order = shuffled(data.length, seed).subarray(0, count);
  return generator.expertUse(count, drawing(job, order).options);
}
