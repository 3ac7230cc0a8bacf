import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIdx, readIdx } from '../../../lib/data/idx.js';
import { openIdxFolder, openMnist } from '../../../lib/data/mnist.js';
import { GanodeError } from '../../../lib/errors.js';
import { temporaryDir } from '../../helpers/tiny.js';
import { idx } from './idx-file.js';

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
    ['more than fits', idx([2 ** 31, 2 ** 31, 2 ** 31], []), /more than 2 GiB/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseIdx(bytes, 3, 'f')).toThrow(message);
  });

  it('refuses broken gzip', async () => {
    const dir = await temporaryDir();
    await writeFile(join(dir, 'b'), gzipSync(file).subarray(0, 20));
    await expect(readIdx(join(dir, 'b'), 3)).rejects.toThrow(/b: broken gzip/);
  });

  it('unpacks no more gzip than the header inside promises', async () => {
    const dir = await temporaryDir();
    const bomb = gzipSync(Buffer.concat([idx([1, 1, 1], []), Buffer.alloc(2e8)]), { level: 1 });
    await writeFile(join(dir, 'bomb'), bomb);
    const before = process.resourceUsage().maxRSS;
    await expect(readIdx(join(dir, 'bomb'), 3)).rejects.toThrow(
      /bomb: too long: its header promises 1×1×1 = 1 bytes but more follow/,
    );
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(100_000); // KiB
  });

  it('throws nothing but GanodeError on mutated files, and reads only what fits its header', () => {
    const mutation = fc.record({
      place: fc.nat({ max: file.length - 1 }),
      value: fc.nat({ max: 255 }),
    });
    const length = fc.nat({ max: file.length + 4 });
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 4 }), length, (mutations, size) => {
        const bytes = new Uint8Array(size);
        bytes.set(file.subarray(0, size));
        for (const { place, value } of mutations) if (place < size) bytes[place] = value;
        try {
          const { shape, data } = parseIdx(bytes, 3, 'f');
          expect(shape.reduce((a, b) => a * b)).toBe(data.length);
        } catch (error) {
          expect(error).toBeInstanceOf(GanodeError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('throws nothing but GanodeError on mutated gzip', async () => {
    const dir = await temporaryDir();
    const zipped = gzipSync(file);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: zipped.length - 1 }),
        fc.nat({ max: 255 }),
        async (place, value) => {
          const bytes = Uint8Array.from(zipped);
          bytes[place] = value;
          await writeFile(join(dir, 'z'), bytes);
          await readIdx(join(dir, 'z'), 3).catch((error) => {
            expect(error).toBeInstanceOf(GanodeError);
          });
        },
      ),
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
