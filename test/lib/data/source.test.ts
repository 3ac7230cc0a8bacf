import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ArrayDataset } from '../../../lib/data/dataset.js';
import { resizeDataset } from '../../../lib/data/resize.js';
import { openDataset } from '../../../lib/data/source.js';
import { temporaryDir } from '../../helpers/tiny.js';
import { idx } from './idx-file.js';

/** Three 2×2 images, black, grey, white, of classes 0, 1, 2. */
async function idxFolder(separator = '-'): Promise<string> {
  const dir = await temporaryDir();
  const pixels = [0, 128, 255].flatMap((value) => [value, value, value, value]);
  await writeFile(join(dir, `train-images${separator}idx3-ubyte`), idx([3, 2, 2], pixels));
  await writeFile(join(dir, `train-labels${separator}idx1-ubyte`), idx([3], [0, 1, 2]));
  return dir;
}

describe('openDataset', () => {
  it('knows a folder of idx files, in both spellings, alone and after a name', async () => {
    for (const dir of [await idxFolder(), await idxFolder('.')]) {
      for (const source of [dir, `mnist:${dir}`, `fashion-mnist:${dir}`]) {
        const dataset = await openDataset(source);
        expect(dataset.length).toBe(3);
        expect([...(dataset.labels ?? [])]).toEqual([0, 1, 2]);
        const target = new Uint8Array(4);
        await dataset.read(Uint32Array.of(1), target);
        expect([...target]).toEqual([128, 128, 128, 128]);
      }
    }
  });

  it('says which parts a folder of idx files has, where another is asked for', async () => {
    const dir = await idxFolder();
    for (const source of [dir, `mnist:${dir}`]) {
      expect(await openDataset(source)).toMatchObject({ split: 'train', splits: ['train'] });
      await expect(openDataset(source, { split: 'test' })).rejects.toThrow(
        /has no part "test" \(--split\): it has train$/,
      );
    }
  });

  it('names the classes of Fashion-MNIST', async () => {
    const { classes } = await openDataset(`fashion-mnist:${await idxFolder()}`);
    expect(classes?.[9]).toBe('Ankle boot');
  });

  it.skipIf(!existsSync('/usr/share/datasets/fashion-mnist'))(
    "reads Debian's Fashion-MNIST",
    async () => {
      const dataset = await openDataset('fashion-mnist', { split: 'test' });
      expect(dataset.length).toBe(10_000);
      expect([...(dataset.labels ?? []).slice(0, 5)]).toEqual([9, 2, 1, 1, 6]);
    },
  );

  it('resizes idx files to what the recipe asks for, in memory and whenever read alike', async () => {
    const dir = await idxFolder();
    for (const memoryLimit of [1e6, 0]) {
      const dataset = await openDataset(dir, { image: { height: 4, width: 3 }, memoryLimit });
      expect(dataset.shape).toEqual({ channels: 1, height: 4, width: 3 });
      expect([...(dataset.labels ?? [])]).toEqual([0, 1, 2]);
      const target = new Uint8Array(24);
      await dataset.read(Uint32Array.of(2, 1), target);
      expect([...target]).toEqual([...new Array(12).fill(255), ...new Array(12).fill(128)]);
    }
  });

  it('resizes all of MNIST, and gives the event loop its turns', async () => {
    let turns = 0;
    const count = (): void => {
      turns += 1;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    const dataset = await openDataset('mnist', {
      split: 'test',
      image: { height: 32, width: 32 },
    });
    clearImmediate(immediate);
    expect(turns).toBeGreaterThan(40); // 10,000 images of 12,000 multiply-adds
    const target = new Uint8Array(32 * 32);
    await dataset.read(Uint32Array.of(0), target);
    // The first test image, a seven, is dark at its edge and bright within.
    expect(target.subarray(0, 32).every((value) => value === 0)).toBe(true);
    expect(Math.max(...target)).toBeGreaterThan(250);
  });

  it.each([
    [{ split: 'validation' }, /has no part "validation" \(--split\): it has train/],
    [{ split: 'dev' }, /Expected 'train', 'validation' or 'test' for split/],
    [{ memoryLimit: Number.NaN }, /Expected a number of bytes for memoryLimit/],
    [
      { image: { height: 0 } },
      /Expected a whole number from 1 to 4096 for image\.height but received 0/,
    ],
    [{ image: { channels: 3 } }, /expected 3 channels but its images have 1/],
  ])('refuses %o', async (options, message) => {
    await expect(openDataset(await idxFolder(), options as object)).rejects.toThrow(message);
  });
});

describe('resizeDataset', () => {
  it('takes float32 as it is, every channel for itself', async () => {
    const shape = { channels: 2, height: 1, width: 2 };
    const images = Float32Array.of(-1, -1, 0.5, 0.5);
    const source = new ArrayDataset({ images, shape });
    const dataset = await resizeDataset(source, { height: 1, width: 3 }, { fit: 'stretch' });
    const target = new Float32Array(6);
    await dataset.read(Uint32Array.of(0), target);
    [-1, -1, -1, 0.5, 0.5, 0.5].forEach((value, i) => {
      expect(target[i]).toBeCloseTo(value, 6);
    });
  });
});
