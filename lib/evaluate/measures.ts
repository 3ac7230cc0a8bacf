/** Metrics of images by their features. */
import { GanodeError } from '../errors.js';
import type { NativeMetrics } from '../native.js';
import { ranges, requireInRange } from '../ranges.js';
import type { Extraction, Features } from './extractor.js';
import type { FeatureMetric, Measured } from './report.js';

/** How the metrics are found, in whole numbers up to 10,000; the defaults are those of their papers. */
export interface MeasureOptions {
  /** Kernel distance: random subsets (default 100), of so many images each (default 1,000, or all where there are fewer). */
  kernel?: { subsets?: number; subsetSize?: number };
  /** Nearest neighbours that make up the manifold: of precision and recall (default 3), of density and coverage (default 5). */
  neighbours?: { precision?: number; density?: number };
  /** Inception score: parts of which it is the mean (default 10). */
  splits?: number;
}

/** With every option. */
export interface Measuring {
  seed: number;
  subsets: number;
  /** As asked for; undefined for as many as there are, up to 1,000. */
  subsetSize: number | undefined;
  precisionNeighbours: number;
  densityNeighbours: number;
  splits: number;
}

const mostInSubset = 1000;

const manifoldMetrics: readonly FeatureMetric[] = ['precision', 'recall', 'density', 'coverage'];

/** Throws `INVALID_OPTION` for what is no whole number, or more than `count` images allow. */
export function measuring(
  { kernel = {}, neighbours = {}, splits = 10 }: MeasureOptions,
  count: number,
  seed: number,
): Measuring {
  const { subsets = 100, subsetSize } = kernel;
  const { precision = 3, density = 5 } = neighbours;
  requireInRange('kernel.subsets', subsets, ranges.repetitions);
  requireInRange('splits', splits, ranges.repetitions);
  if (subsetSize !== undefined) {
    requireInRange('kernel.subsetSize', subsetSize, { ...ranges.measured, most: count });
  }
  requireInRange('neighbours.precision', precision, ranges.neighbours);
  requireInRange('neighbours.density', density, ranges.neighbours);
  return {
    seed,
    subsets,
    subsetSize,
    precisionNeighbours: precision,
    densityNeighbours: density,
    splits,
  };
}

/** Fewest images that the metrics can be found of. */
function leastImages(names: readonly FeatureMetric[], options: Measuring): number {
  const manifold = names.some((name) => manifoldMetrics.includes(name));
  const { precisionNeighbours, densityNeighbours } = options;
  return manifold ? Math.max(precisionNeighbours, densityNeighbours) + 1 : 2;
}

export interface Measurable {
  /** Metrics that can be found. */
  names: FeatureMetric[];
  /** Metrics whose neighbours need more images than there are. */
  leftOut: FeatureMetric[];
  /** Images that all metrics asked for would need. */
  asked: number;
  /** Images that those that can be found need. */
  least: number;
}

/** The metrics that can be found of so many images on either side. */
export function measurable(
  names: readonly FeatureMetric[],
  options: Measuring,
  images: number,
): Measurable {
  const found = names.filter((name) => leastImages([name], options) <= images);
  return {
    names: found,
    leftOut: names.filter((name) => !found.includes(name)),
    asked: leastImages(names, options),
    least: leastImages(found, options),
  };
}

/**
 * Each metric of `judged` images against `real` ones.
 *
 * @throws GanodeError `INVALID_OPTION` for an Inception score without logits; `INVALID_DATA` for features that are not finite.
 */
export async function measure(
  metrics: NativeMetrics,
  names: readonly FeatureMetric[],
  real: Extraction,
  judged: Extraction,
  options: Measuring,
): Promise<Map<FeatureMetric, Measured>> {
  const found = new Map<FeatureMetric, Measured>();
  if (names.includes('frechetDistance')) {
    const value = await metrics.frechetDistanceOfRows(real.features, judged.features);
    found.set('frechetDistance', { value });
  }
  if (names.includes('kernelDistance')) {
    found.set('kernelDistance', await kernelDistance(metrics, real, judged, options));
  }
  if (names.includes('inceptionScore')) {
    const logits = requireLogits(judged);
    const splits = Math.min(options.splits, logits.count);
    found.set('inceptionScore', spread(await metrics.inceptionScore(logits, { splits })));
  }
  const wanted = names.filter((name) => manifoldMetrics.includes(name));
  if (wanted.length > 0) {
    const report = await metrics.manifold(real.features, judged.features, options);
    for (const name of wanted) found.set(name, { value: report[name as keyof typeof report] });
  }
  return found;
}

async function kernelDistance(
  metrics: NativeMetrics,
  { features: real }: Extraction,
  { features: judged }: Extraction,
  { subsets, seed, ...options }: Measuring,
): Promise<Measured> {
  const most = Math.min(real.count, judged.count);
  const subsetSize = Math.min(options.subsetSize ?? mostInSubset, most);
  const distance = { subsets, subsetSize, seed };
  const found = await metrics.kernelDistance(real, judged, distance);
  // Subsets that are the whole on both sides are all one: how much they differ would say nothing.
  const alike = subsetSize === Math.max(real.count, judged.count);
  return alike ? { value: found.mean } : spread(found);
}

export function requireLogits({ logits }: Extraction): Features {
  if (logits) return logits;
  const message =
    'inceptionScore: expected an extractor that gives logits, and this one gives none';
  throw new GanodeError('INVALID_OPTION', message);
}

function spread({ mean, deviation }: { mean: number; deviation: number }): Measured {
  return { value: mean, deviation };
}
