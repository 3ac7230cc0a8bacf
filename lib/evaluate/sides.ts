/** The images on both sides of a comparison. */
import type { Dataset } from '../data/dataset.js';
import { Sampler } from '../data/sampler.js';
import { GanodeError } from '../errors.js';
import type { Generator, SampleOptions } from '../sample/generator.js';
import type { Job } from './job.js';
import type { EvaluationReport } from './report.js';

/** How real images are shared out: those compared with, and the two halves of the floor, which overlap them but not each other. */
export interface RealSides {
  /** A random order of images: the first `count` are compared with; the first `half`, and the `half` after them, make the floor. */
  order: Uint32Array;
  count: number;
  half: number;
}

/**
 * `count` real images, or all where there are fewer, and two halves of as many, or of half of what there is. Throws
 * `INVALID_DATA` for fewer than two images.
 */
export function realSides({ name, length }: Dataset, count: number, seed: number): RealSides {
  if (length < 2) {
    throw new GanodeError(
      'INVALID_DATA',
      `${name}: expected 2 images or more but received ${length}`,
    );
  }
  return {
    order: shuffled(length, seed).subarray(0, 2 * count),
    count: Math.min(count, length),
    half: Math.min(count, Math.floor(length / 2)),
  };
}

/** A random order. It is another than that of the first epoch, by whose beginning classifiers are judged and not trained. */
export function shuffled(length: number, seed: number): Uint32Array {
  return new Sampler(length, length, seed).indices(1);
}

/** Options of `sample` for `count` images: labels come as often as in the data where it has as many classes, else in turn. */
export function drawing(
  {
    generator,
    data: { labels, classes },
    count,
    seed,
    truncation,
  }: Pick<Job, 'generator' | 'data' | 'count' | 'seed' | 'truncation'>,
  order: Uint32Array,
): { options: SampleOptions; labels?: NonNullable<EvaluationReport['labels']> } {
  const options = { seed, ...(truncation !== undefined && { truncation }) };
  if (generator.classes === 0) return { options };
  const known = labels !== undefined && classes?.length === generator.classes;
  const label = (i: number): number =>
    known ? (labels[order[i % order.length] as number] as number) : i % generator.classes;
  return {
    options: { ...options, labels: Int32Array.from({ length: count }, (_, i) => label(i)) },
    labels: known ? 'data' : 'balanced',
  };
}

/** Throws `INVALID_DATA` unless the generator makes images of the data's shape. */
export function requireSameShape(generator: Generator, { name, shape }: Dataset): void {
  const text = (image: typeof shape): string => `${image.channels}×${image.height}×${image.width}`;
  const made = text(generator.recipe.image);
  if (made === text(shape)) return;
  throw new GanodeError(
    'INVALID_DATA',
    `${name}: expected images of ${made}, as the generator makes, but received ${text(shape)}`,
  );
}
