/** Features of real images, kept on disk. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readWhole } from '../files/read.js';
import { writeFileAtomic } from '../files.js';
import type { Extraction, Features } from './extractor.js';

/** Of the layout of a file. */
const version = 1;
const digestBytes = 32;
/** Rows, features a row, and logits a row: 0 without. */
const headerBytes = 12;

/** Path of the features of what the key tells: all that they depend on. */
export function featurePath(cacheDir: string, key: Record<string, unknown>): string {
  const name = createHash('sha256')
    .update(JSON.stringify({ version, ...key }))
    .digest('hex');
  return join(cacheDir, 'features', `${name}.bin`);
}

/**
 * Layout: SHA-256 of the rest, then a header of three uint32 (count, size, classes), then the features and the logits as
 * float32, row-major; all little-endian.
 */
export async function storeFeatures(path: string, { features, logits }: Extraction): Promise<void> {
  const header = Uint32Array.of(features.count, features.size, logits?.size ?? 0);
  const parts = [header, features.data, ...(logits ? [logits.data] : [])].map(bytesOf);
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  await writeFileAtomic(path, Buffer.concat([digest.digest(), ...parts]));
}

/** What `storeFeatures` wrote; undefined where there is no file, or, after telling so, where it is not whole. */
export async function loadFeatures(
  path: string,
  onProgress: ((text: string) => void) | undefined,
): Promise<Extraction | undefined> {
  if (!existsSync(path)) return undefined;
  const found = parse(await readWhole(path).catch(() => Buffer.alloc(0)));
  if (!found) onProgress?.(`features again: ${path} is damaged`);
  return found;
}

function parse(file: Buffer): Extraction | undefined {
  const body = file.subarray(digestBytes);
  const digest = createHash('sha256').update(body).digest();
  if (body.length < headerBytes || !digest.equals(file.subarray(0, digestBytes))) return undefined;
  const [count, size, classes] = [0, 4, 8].map((at) => body.readUInt32LE(at)) as [
    number,
    number,
    number,
  ];
  if (body.length !== headerBytes + 4 * count * (size + classes)) return undefined;
  // A copy of their own, which begins where float32 may.
  const values = new Float32Array(new Uint8Array(body.subarray(headerBytes)).buffer);
  const table = (width: number, start: number): Features => ({
    count,
    size: width,
    data: values.subarray(start, start + count * width),
  });
  return {
    features: table(size, 0),
    ...(classes > 0 && { logits: table(classes, count * size) }),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
