import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIdx, readIdx } from '../../../lib/data/idx.js';
import { openIdxFolder, openMnist } from '../../../lib/data/mnist.js';
import { GanodeError } from '../../../lib/errors.js';
import { temporaryDir } from '../../helpers/tiny.js';

/** An idx file of unsigned bytes. */
function idx(shape: number[], data: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x800 + shape.length);
  shape.forEach((size, axis) => {
    view.setUint32(4 + 4 * axis, size);
  });
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

describe('idx', () => {
  const file = idx(
    [2, 2, 3],
    Array.from({ length: 12 }, (_, i) => i),
  );

  it('reads plain and gzip files alike', async () => {
    const dir = await temporaryDir();
    await writeFile(join(dir, 'a'), file);
    await writeFile(join(dir, 'b'), gzipSync(file));
    for (const name of ['a', 'b']) {
      const { shape, data } = await readIdx(join(dir, name), 3);
      expect(shape).toEqual([2, 2, 3]);
      expect([...data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    }
  });

  it.each([
    [
      'a wrong magic number',
      Uint8Array.of(1, 2, 3, 4, 5),
      /magic number 0x00000803 but received 0x01020304/,
    ],
    [
      'the other kind of file',
      idx([3], [1, 2, 3]),
      /magic number 0x00000803 but received 0x00000801/,
    ],
    [
      'a file cut short',
      file.subarray(0, 20),
      /cut short: its header promises 2×2×3 = 12 bytes but 4 follow/,
    ],
    ['a header cut short', file.subarray(0, 9), /cut short/],
    ['too many bytes', Uint8Array.of(...file, 0), /too long/],
    ['nothing', new Uint8Array(), /holds 0 bytes/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseIdx(bytes, 3, 'f')).toThrow(message);
  });

  it('refuses broken gzip', async () => {
    const dir = await temporaryDir();
    await writeFile(join(dir, 'b'), gzipSync(file).subarray(0, 20));
    await expect(readIdx(join(dir, 'b'), 3)).rejects.toThrow(/b: broken gzip/);
  });

  it('throws nothing but GanodeError on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          parseIdx(bytes, 3, 'f');
        } catch (error) {
          expect(error).toBeInstanceOf(GanodeError);
        }
      }),
    );
  });
});

describe('MNIST', () => {
  it('comes from the npm package, all of it', async () => {
    const train = await openMnist(undefined, 'train');
    expect([train.length, train.shape]).toEqual([60_000, { channels: 1, height: 28, width: 28 }]);
    expect([...(train.labels ?? []).slice(0, 5)]).toEqual([5, 0, 4, 1, 9]);
    const test = await openMnist(undefined, 'test');
    expect(test.length).toBe(10_000);
  });

  it('refuses labels that do not fit the images', async () => {
    const dir = await temporaryDir();
    await writeFile(join(dir, 'train-images-idx3-ubyte'), idx([2, 1, 1], [1, 2]));
    await writeFile(join(dir, 'train-labels-idx1-ubyte'), idx([3], [0, 1, 2]));
    await expect(openIdxFolder(dir, {})).rejects.toThrow(
      /expected 2 labels, one an image, but received 3/,
    );
  });

  it('says which file is missing', async () => {
    const dir = await temporaryDir();
    await expect(openMnist(dir, 'test')).rejects.toThrow(/expected t10k-images-idx3-ubyte/);
  });
});
