/** What is measured of an autoencoder beside its samples: the evidence lower bound, and its reconstructions. */
import type { Dataset } from '../data/dataset.js';
import { readImages } from '../data/read-images.js';
import { Autoencoder, type Bound } from '../sample/autoencoder.js';
import type { Generator } from '../sample/generator.js';
import type { EvaluateOptions } from './job.js';
import {
  type BoundMetric,
  boundMetrics,
  type EvaluationReport,
  type MetricName,
} from './report.js';

/** The metrics asked for: of the bound, where the generator is an autoencoder's decoder, and the others; all by default. */
export function split(
  { recipe }: Generator,
  asked: readonly MetricName[] | undefined,
): { ofBound: BoundMetric[]; others: readonly MetricName[] | undefined } {
  if (!recipe.autoencoding) return { ofBound: [], others: asked };
  const isBound = (name: MetricName): name is BoundMetric => name in boundMetrics;
  const ofBound = (asked ?? (Object.keys(boundMetrics) as BoundMetric[])).filter(isBound);
  return { ofBound, others: asked?.filter((name) => !isBound(name)) };
}

/** Images that are read at a time. */
const most = 2048;

/** The bound of the first `count` held-out images, or, without such, of the data. */
export async function measureBound(
  names: readonly BoundMetric[],
  generator: Generator,
  { data, heldOut, load, seed = 0, threads, onProgress }: EvaluateOptions,
  count: number,
): Promise<Pick<EvaluationReport, 'metrics' | 'bound' | 'warnings'>> {
  if (names.length === 0) return { metrics: [], warnings: [] };
  const from = heldOut ?? data;
  onProgress?.('bound');
  await using autoencoder = await Autoencoder.load(generator.checkpoint, {
    ...load,
    ...(threads !== undefined && { threads }),
  });
  const found = await boundOf(autoencoder, from, Math.min(count, from.length), seed);
  const metrics = names.flatMap((name) => {
    const value = found[name];
    return value === undefined ? [] : [{ name, value, better: boundMetrics[name] }];
  });
  return {
    metrics,
    bound: { data: from.name, images: found.images, heldOut: heldOut !== undefined },
    warnings: heldOut
      ? []
      : [`${names.join(' and ')}: of ${from.name}, which may be what it was trained on`],
  };
}

async function boundOf(
  autoencoder: Autoencoder,
  data: Dataset,
  count: number,
  seed: number,
): Promise<Bound> {
  const sums = { elbo: 0, reconstruction: 0, kl: 0, squaredError: 0 };
  let last: Bound | undefined;
  for (let start = 0; start < count; start += most) {
    const length = Math.min(most, count - start);
    const indices = Uint32Array.from({ length }, (_, i) => start + i);
    last = await autoencoder.bound(await readImages(data, indices), { seed: seed + start });
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) {
      sums[key] += ((last[key] ?? 0) * length) / count;
    }
  }
  const { elbo, kl, ...rest } = sums;
  return { ...(last?.elbo !== undefined && { elbo, kl }), ...rest, images: count };
}
