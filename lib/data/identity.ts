/** What a checkpoint remembers of its data, so that a training that goes on does not go on with other data unnoticed. */
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { z } from 'zod';
import type { ImageShape } from '../recipes/schema.js';
import type { Dataset } from './dataset.js';
import { pixelDigest } from './fingerprint.js';
import type { DataKind } from './kind.js';

/** Plain data, as a checkpoint's metadata has it. What was not known when it was written is absent. */
export interface DataIdentity {
  /** Without the folder that it was in: a checkpoint goes to others, who need not know where files lie here. */
  name: string;
  /** Number of images. */
  length: number;
  dtype?: Dataset['dtype'];
  kind?: DataKind;
  shape?: ImageShape;
  /** Names of the classes, where there are any and no more than ten thousand. */
  classes?: readonly string[];
  /** SHA-256 of the labels, in hexadecimal. */
  labels?: string;
  /** SHA-256 of the values of images at even distances, in hexadecimal. */
  pixels?: string;
}

/** Pixels that are hashed of data in memory: some tenths of a second. */
const mostBytes = 2 ** 26;
/** Pixels that are hashed of data that is decoded as it is read: some seconds. */
const mostBytesStreamed = 2 ** 23;
const mostClassNames = 10_000;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal');
const side = z.int().min(1);

/** A `DataIdentity` that comes from a file. What later versions add is dropped. */
export const identitySchema = z.object({
  name: z.string().max(10_000),
  length: z.int().min(0),
  dtype: z.enum(['uint8', 'float32']).optional(),
  kind: z.enum(['images', 'sequences', 'points']).optional(),
  shape: z.object({ channels: side, height: side, width: side }).optional(),
  classes: z.array(z.string().max(10_000)).max(mostClassNames).optional(),
  labels: sha256.optional(),
  pixels: sha256.optional(),
});

/** Reads some of the images. Throws what reading them throws. */
export async function identify(dataset: Dataset): Promise<DataIdentity> {
  const { name, length, dtype, kind, shape, classes, labels } = dataset;
  return {
    name: basename(resolve(name)) || name,
    length,
    dtype,
    ...(kind && { kind }),
    shape: { channels: shape.channels, height: shape.height, width: shape.width },
    ...(classes && classes.length <= mostClassNames && { classes }),
    ...(labels && { labels: createHash('sha256').update(labels).digest('hex') }),
    pixels: await pixelDigest(dataset, dataset.streamed ? mostBytesStreamed : mostBytes),
  };
}

/**
 * What differs between the data of a checkpoint and the data at hand, in words; empty where they are the same data, whatever they
 * are called.
 *
 * @param labelled Whether labels count: an unconditional training does not look at them.
 */
export function differences(before: DataIdentity, now: DataIdentity, labelled: boolean): string[] {
  const found: string[] = [];
  if (before.length !== now.length) {
    found.push(`${count(before.length)} images then, ${count(now.length)} now`);
  }
  if (before.dtype !== undefined && before.dtype !== now.dtype) {
    found.push(`values of ${before.dtype} then, ${now.dtype} now`);
  }
  const classes = labelled ? classDifference(before.classes, now.classes) : undefined;
  if (classes) found.push(classes);
  // Other images have other labels and values; that says nothing new.
  if (before.length !== now.length) return found;
  if (labelled && !classes && before.labels !== undefined && before.labels !== now.labels) {
    found.push('other labels of the images');
  }
  if (before.pixels !== undefined && before.pixels !== now.pixels) {
    found.push('other pictures, or the same in another order, size or fit');
  }
  return found;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function classDifference(
  before: readonly string[] | undefined,
  now: readonly string[] | undefined,
): string | undefined {
  if (!before || !now) return undefined;
  if (before.length !== now.length) return `${before.length} classes then, ${now.length} now`;
  const place = before.findIndex((name, index) => name !== now[index]);
  if (place < 0) return undefined;
  return `class ${place} was ${JSON.stringify(before[place])} and is ${JSON.stringify(now[place])}`;
}
