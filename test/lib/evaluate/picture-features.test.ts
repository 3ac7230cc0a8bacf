import { describe, expect, it, onTestFinished } from 'vitest';
import { ArrayDataset, type Dataset } from '../../../lib/data/dataset.js';
import type { Features } from '../../../lib/evaluate/extractor.js';
import { openFeatures } from '../../../lib/evaluate/picture-features.js';
import { randomFilters } from '../../../lib/models/random-filters.js';
import { type NativeMetrics, native } from '../../../lib/native.js';
import type { ImageShape } from '../../../lib/recipes/schema.js';

/** Pictures with smooth blobs, some bright, some dark; two of equal salt are equal. */
function blobs(count: number, salt: number, shape: ImageShape): Dataset {
  let state = 1 + salt;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const { channels, height, width } = shape;
  const images = new Uint8Array(count * channels * height * width);
  for (let item = 0; item < count * channels; item += 1) {
    const [y0, x0] = [random() * height, random() * width];
    const [size, sign] = [0.7 + random(), random() < 0.5 ? -1 : 1];
    for (let i = 0; i < height * width; i += 1) {
      const off = Math.hypot(Math.floor(i / width) - y0, (i % width) - x0) / size;
      images[item * height * width + i] = 128 + sign * 120 * Math.exp(-off * off);
    }
  }
  return new ArrayDataset({ images, shape, name: 'blobs' });
}

async function pixels(data: Dataset): Promise<{ shape: number[]; data: Uint8Array }> {
  const { channels, height, width } = data.shape;
  const all = new Uint8Array(data.length * channels * height * width);
  await data.read(
    Uint32Array.from({ length: data.length }, (_, i) => i),
    all,
  );
  return { shape: [data.length, channels, height, width], data: all };
}

async function open(data: Dataset, seed = 0) {
  const extractor = await openFeatures(data, { seed, threads: 1 });
  onTestFinished(() => extractor.dispose());
  return extractor;
}

const grey = { channels: 1, height: 16, width: 16 };

describe('openFeatures', () => {
  it('gives features that the real pictures have a mean of 0 of, and a variance of 1 in each group', async () => {
    const data = blobs(60, 0, grey);
    const { features } = await (await open(data)).extract(await pixels(data));
    expect(features).toMatchObject({ count: 60, size: 16 + 3 * 2 * 16 * 4 });
    const moments = Array.from({ length: features.size }, (_, feature) => {
      const column = Array.from(
        { length: 60 },
        (__, row) => features.data[row * features.size + feature] as number,
      );
      const mean = column.reduce((a, b) => a + b, 0) / 60;
      return { mean, variance: column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 60 };
    });
    for (const { mean } of moments) expect(Math.abs(mean)).toBeLessThan(1e-5);
    let start = 0;
    for (const length of randomFilters(grey).groups) {
      const group = moments.slice(start, start + length);
      const variance = group.reduce((sum, one) => sum + one.variance, 0) / length;
      expect(Math.abs(variance - 1)).toBeLessThan(1e-4);
      start += length;
    }
    expect(start).toBe(features.size);
  });

  it('comes out alike of equal pictures and seed, and has another id of others', async () => {
    const data = blobs(40, 0, grey);
    const [first, second, third, fourth] = [
      await open(data),
      await open(data),
      await open(data, 1),
      await open(blobs(40, 1, grey)),
    ];
    const images = await pixels(data);
    expect(await second.extract(images)).toEqual(await first.extract(images));
    expect(second.id).toBe(first.id);
    expect(first.id).toMatch(/^features-[0-9a-f]{16}$/);
    expect(new Set([first.id, third.id, fourth.id]).size).toBe(3);
    expect(first.description).toBe(
      'random filters at several scales, scaled by blobs; no labels, nothing learnt',
    );
    // Whatever else is in the call, a picture has its features.
    const { features } = await first.extract(images);
    const one = await first.extract({ shape: [1, 1, 16, 16], data: images.data.subarray(0, 256) });
    one.features.data.forEach((value, i) => {
      expect(Math.abs(value - (features.data[i] as number))).toBeLessThan(1e-4);
    });
  });

  it.each([
    [1, 8, 8],
    [3, 8, 21],
    [4, 33, 9],
    [3, 64, 64],
    [1, 130, 96],
    [3, 2, 1],
    [1, 1, 30],
  ])('takes %i×%i×%i, of which all features are finite', async (channels, height, width) => {
    const data = blobs(6, 0, { channels, height, width });
    const { features } = await (await open(data)).extract(await pixels(data));
    expect(features.count).toBe(6);
    expect(features.size).toBeLessThan(1000);
    expect(features.data.every(Number.isFinite)).toBe(true);
    const { groups } = randomFilters({ channels, height, width });
    expect(groups.reduce((a, b) => a + b)).toBe(features.size);
  });

  it('takes pictures that are all alike', async () => {
    const images = new Uint8Array(10 * 256).fill(7);
    const data = new ArrayDataset({ images, shape: grey });
    const { features } = await (await open(data)).extract(await pixels(data));
    expect(features.data.every((value) => Math.abs(value) < 1e-2)).toBe(true);
  });

  it('refuses what is no picture, a single one, and another shape', async () => {
    const one = new ArrayDataset({ images: new Uint8Array(256), shape: grey });
    await expect(openFeatures(one)).rejects.toThrow(
      'array: expected 2 or more pictures of bytes but received 1, for features',
    );
    const values = new ArrayDataset({ images: new Float32Array(512), shape: grey });
    await expect(openFeatures(values)).rejects.toMatchObject({
      code: 'INVALID_DATA',
      message: 'array: expected 2 or more pictures of bytes but received float32, for features',
    });
    const extractor = await open(blobs(4, 0, grey));
    await expect(
      extractor.extract({ shape: [1, 3, 16, 16], data: new Uint8Array(768) }),
    ).rejects.toThrow('features of blobs: expected images of N×1×16×16 but received 1×3×16×16');
  });
});

describe('distances of features', () => {
  it('rise with noise and blur, and see what is missing, far above the floor', async () => {
    const metrics: NativeMetrics = await native().createMetrics({ threads: 1 });
    onTestFinished(() => metrics.dispose());
    const real = blobs(100, 0, grey);
    const extractor = await open(real);
    const others = await pixels(blobs(100, 1, grey));
    const features = async (data: Uint8Array): Promise<Features> =>
      (await extractor.extract({ ...others, data })).features;
    const reference = await features((await pixels(real)).data);
    const distance = async (data: Uint8Array): Promise<number> =>
      metrics.frechetDistanceOfRows(reference, await features(data));
    const floor = await distance(others.data);
    let state = 5;
    const noisy = (level: number): Uint8Array =>
      others.data.map((value) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.max(0, Math.min(255, value + level * (state / 2 ** 31 - 1)));
      });
    const blurred = (reach: number): Uint8Array =>
      others.data.map((_, i) => {
        const [start, at] = [i - (i % 16), i % 16];
        const row = Array.from({ length: 2 * reach + 1 }, (__, k) => {
          const x = Math.max(0, Math.min(15, at + k - reach));
          return others.data[start + x] as number;
        });
        return row.reduce((a, b) => a + b) / row.length;
      });
    const darkOnly = others.data.slice();
    for (let i = 0; i < darkOnly.length; i += 1) {
      if ((darkOnly[i] as number) > 128) darkOnly[i] = 256 - (darkOnly[i] as number);
    }
    const curves = [
      [10, 30, 90].map((level) => distance(noisy(level))),
      [2, 4].map((reach) => distance(blurred(reach))),
      [distance(darkOnly)],
    ];
    for (const curve of curves) {
      let last = floor;
      for (const value of await Promise.all(curve)) {
        expect(value).toBeGreaterThan(last);
        last = value;
      }
      expect(last).toBeGreaterThan(1.5 * floor);
    }
  });
});
