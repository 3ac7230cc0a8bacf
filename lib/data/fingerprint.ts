/** Telling datasets apart by what is in them. */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type Dataset, imageSize } from './dataset.js';

/** Bytes of pixels that are read: all of MNIST five times over. */
const mostBytes = 2 ** 28;
/** Bytes hashed before the event loop gets a turn: some milliseconds. */
const bytesPerTurn = 2 ** 22;

/**
 * SHA-256, in hexadecimal, of a dataset's name, size, labels and pixels. Where there are more than 256 MiB of pixels, images at
 * even distances that come to so much stand for all.
 */
export async function fingerprint(dataset: Dataset): Promise<string> {
  const { name, length, shape, dtype, labels, classes } = dataset;
  const hash = createHash('sha256');
  hash.update(JSON.stringify({ name, length, shape, dtype, classes: classes?.length ?? 0 }));
  if (labels) hash.update(labels);
  hash.update(await pixelDigest(dataset, mostBytes));
  return hash.digest('hex');
}

/**
 * SHA-256, in hexadecimal, of the images' values in their order. Where there are more than `most` bytes, images at even distances
 * that come to so much stand for all.
 */
export async function pixelDigest(dataset: Dataset, most: number): Promise<string> {
  const { length, shape, dtype } = dataset;
  const hash = createHash('sha256');
  const Type = dtype === 'uint8' ? Uint8Array : Float32Array;
  const size = imageSize(shape);
  const bytes = size * Type.BYTES_PER_ELEMENT;
  const count = Math.min(length, Math.max(1, Math.floor(most / bytes)));
  const perTurn = Math.max(1, Math.floor(bytesPerTurn / bytes));
  for (let start = 0; start < count; start += perTurn) {
    const indices = Uint32Array.from({ length: Math.min(perTurn, count - start) }, (_, i) =>
      Math.floor(((start + i) * length) / count),
    );
    const pixels = new Type(indices.length * size);
    await dataset.read(indices, pixels);
    hash.update(pixels);
    await setImmediate();
  }
  return hash.digest('hex');
}
