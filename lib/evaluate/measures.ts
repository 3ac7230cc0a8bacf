/** Metrics of images by their features. */
import { GanodeError, invalid } from '../errors.js';
import type { NativeMetrics } from '../native.js';
import type { Extraction, Features } from './extractor.js';
import type { FeatureMetric, Measured } from './report.js';

/** How the metrics are found; the defaults are those of their papers. */
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
  names: readonly FeatureMetric[],
  { kernel = {}, neighbours = {}, splits = 10 }: MeasureOptions,
  count: number,
  seed: number,
): Measuring {
  const { subsets = 100, subsetSize } = kernel;
  const { precision = 3, density = 5 } = neighbours;
  const within = (name: string, value: number, least: number, most: number): void => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    const range = most === Number.POSITIVE_INFINITY ? `from ${least}` : `from ${least} to ${most}`;
    throw invalid(name, `a whole number ${range}`, value);
  };
  within('kernel.subsets', subsets, 1, Number.POSITIVE_INFINITY);
  within('splits', splits, 1, Number.POSITIVE_INFINITY);
  if (subsetSize !== undefined) within('kernel.subsetSize', subsetSize, 2, count);
  within('neighbours.precision', precision, 1, Number.POSITIVE_INFINITY);
  within('neighbours.density', density, 1, Number.POSITIVE_INFINITY);
  const most = Math.max(precision, density);
  if (count <= most && names.some((name) => manifoldMetrics.includes(name))) {
    throw invalid('count', `more images than the ${most} neighbours of ${manifoldMetrics}`, count);
  }
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
export function leastImages(names: readonly FeatureMetric[], options: Measuring): number {
  const manifold = names.some((name) => manifoldMetrics.includes(name));
  const { precisionNeighbours, densityNeighbours } = options;
  return manifold ? Math.max(precisionNeighbours, densityNeighbours) + 1 : 2;
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
    const { subsets, seed } = options;
    const most = Math.min(real.features.count, judged.features.count);
    const subsetSize = Math.min(options.subsetSize ?? mostInSubset, most);
    const distance = { subsets, subsetSize, seed };
    found.set(
      'kernelDistance',
      spread(await metrics.kernelDistance(real.features, judged.features, distance)),
    );
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

export function requireLogits({ logits }: Extraction): Features {
  if (logits) return logits;
  const message =
    'inceptionScore: expected an extractor that gives logits, and this one gives none';
  throw new GanodeError('INVALID_OPTION', message);
}

function spread({ mean, deviation }: { mean: number; deviation: number }): Measured {
  return { value: mean, deviation };
}
