/** What tests of evaluation share. */
import { join } from 'node:path';
import { ArrayDataset, type Dataset } from '../../lib/data/dataset.js';
import type { Extraction, FeatureExtractor, ImageBatch } from '../../lib/evaluate/extractor.js';
import type { EvaluationReport, MetricName } from '../../lib/evaluate/report.js';
import type { RecipeConfig } from '../../lib/recipes/index.js';
import { Trainer } from '../../lib/train/trainer.js';
import { temporaryDir } from './tiny.js';

/** Means of the four quarters of a grey 8×8 image, and, with `classes`, of the first rows as logits. Counts its calls. */
export class Quarters implements FeatureExtractor {
  readonly description = 'means of quarters';
  seen: number[] = [];
  disposed = false;

  constructor(
    readonly id = 'quarters',
    private readonly classes = 0,
  ) {}

  async extract({ shape: [count = 0], data: values }: ImageBatch): Promise<Extraction> {
    this.seen.push(count);
    const data = values as Uint8Array;
    const means = (size: number, span: number): Float32Array =>
      Float32Array.from({ length: count * size }, (_, i) => {
        const start = Math.floor(i / size) * 64 + (i % size) * span;
        return (
          data.subarray(start, start + span).reduce((sum, value) => sum + value, 0) / span / 64
        );
      });
    const { classes } = this;
    return {
      features: { count, size: 4, data: means(4, 16) },
      ...(classes > 0 && { logits: { count, size: classes, data: means(classes, 4) } }),
    };
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}

/** Bright noise, unlike what untrained networks make; two datasets of equal salt are equal. */
export function noise(
  length: number,
  salt = 0,
  shape = { channels: 1, height: 8, width: 8 },
): Dataset {
  let state = 777 + salt;
  const images = Uint8Array.from({ length: length * shape.channels * 64 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return 200 + ((state >> 16) % 56);
  });
  const labels = Array.from({ length }, (_, i) => i % 10);
  return new ArrayDataset({ name: 'noise', images, shape, labels });
}

/** A run of two steps. */
export async function trained(recipe: RecipeConfig, data: Dataset): Promise<string> {
  const out = join(await temporaryDir(), 'run');
  const config = { ...recipe, duration: { images: 16 } };
  await using trainer = await Trainer.create({ recipe: config, data, out });
  for await (const _ of trainer.train());
  return out;
}

export const by = (report: EvaluationReport, name: MetricName) => {
  const found = report.metrics.find((metric) => metric.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
};
