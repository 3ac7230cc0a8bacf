import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrayDataset, type Dataset } from '../../../lib/data/dataset.js';
import { BatchLoader } from '../../../lib/data/loader.js';
import { Sampler } from '../../../lib/data/sampler.js';

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe('Sampler', () => {
  it('shows every image at most once an epoch, in an order that depends on seed and epoch only', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(),
        (n, b, seed) => {
          fc.pre(b <= n);
          const sampler = new Sampler(n, b, seed);
          const epoch = range(sampler.batchesPerEpoch).flatMap((i) => [...sampler.indices(i)]);
          expect(new Set(epoch).size).toBe(Math.floor(n / b) * b);
          expect(epoch.every((index) => index < n)).toBe(true);
          const again = new Sampler(n, b, seed);
          again.indices(sampler.batchesPerEpoch * 5); // somewhere else first
          expect(range(sampler.batchesPerEpoch).flatMap((i) => [...again.indices(i)])).toEqual(
            epoch,
          );
        },
      ),
    );
  });

  it('is another permutation with another epoch or seed, and puts each image everywhere', () => {
    const order = (seed: number, epoch: number): string =>
      new Sampler(50, 50, seed).indices(epoch).join();
    expect(
      new Set([order(0, 0), order(0, 1), order(1, 0), order(2 ** 40, 0), order(2 ** 41, 0)]).size,
    ).toBe(5);
    // Chi-squared of where image 0 lands among 10 places in 5,000 epochs: 9 degrees of freedom, 99.99 % below 33.7.
    const sampler = new Sampler(10, 10, 7);
    const counts = new Array<number>(10).fill(0);
    for (let epoch = 0; epoch < 5000; epoch += 1) {
      const place = sampler.indices(epoch).indexOf(0);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    const chi = counts.reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0);
    expect(chi).toBeLessThan(33.7);
  });

  it('refuses a batch larger than the data', () => {
    expect(() => new Sampler(10, 11, 0)).toThrow(
      /at least 11 images, one batch, but the data has 10/,
    );
  });
});

describe('BatchLoader', () => {
  const images = Uint8Array.from(range(10 * 6), (i) => i);
  const dataset = new ArrayDataset({
    images,
    shape: { channels: 1, height: 2, width: 3 },
    labels: range(10),
  });
  const options = { batch: 2, batchesPerStep: 2, seed: 5, flip: false };

  it('gives the same data for the same steps, however they are asked for', async () => {
    const loader = new BatchLoader(dataset, options);
    const whole = await loader.load(0, 4);
    const parts = [await loader.load(0, 1), await loader.load(1, 3)];
    expect(parts.flatMap(({ images }) => [...images])).toEqual([...whole.images]);
    expect(parts.flatMap(({ labels }) => [...(labels ?? [])])).toEqual([...(whole.labels ?? [])]);
    expect(whole.images.length).toBe(4 * 2 * 2 * 6);
    whole.labels?.forEach((label, i) => {
      expect(whole.images[i * 6]).toBe(label * 6);
    });
  });

  it('flips rows of about half of the images', async () => {
    const flipped = await new BatchLoader(dataset, { ...options, flip: true }).load(0, 50);
    const plain = await new BatchLoader(dataset, options).load(0, 50);
    let flips = 0;
    for (let item = 0; item < 200; item += 1) {
      const a = [...plain.images.subarray(item * 6, item * 6 + 6)];
      const b = [...flipped.images.subarray(item * 6, item * 6 + 6)];
      const mirrored = [a[2], a[1], a[0], a[5], a[4], a[3]];
      if (b.join() === mirrored.join()) flips += 1;
      else expect(b).toEqual(a);
    }
    expect(flips).toBeGreaterThan(65); // five standard deviations
    expect(flips).toBeLessThan(135);
  });

  it('reads a batch in pieces, so that large images do not hold up the event loop', async () => {
    const pieces: number[] = [];
    const large: Dataset = {
      name: 'large',
      length: 8,
      shape: { channels: 1, height: 512, width: 1024 },
      dtype: 'uint8',
      labels: Int32Array.from(range(8)),
      read(indices, target) {
        pieces.push(indices.length);
        indices.forEach((index, place) => {
          target.fill(index, place * 2 ** 19, (place + 1) * 2 ** 19);
          target[place * 2 ** 19] = 100; // the first of its row, where it is not flipped
        });
      },
    };
    const loader = new BatchLoader(large, { batch: 5, batchesPerStep: 1, seed: 1, flip: true });
    let turns = 0;
    const count = (): void => {
      turns += 1;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    const { images, labels } = await loader.load(0, 2);
    clearImmediate(immediate);
    expect(pieces).toEqual([2, 2, 1, 2, 2, 1]);
    expect(turns).toBeGreaterThanOrEqual(4);
    const sampler = new Sampler(8, 5, 1);
    const flips = [...sampler.flips(0), ...sampler.flips(1)];
    const isFlipped = range(10).map((item) => images[item * 2 ** 19 + 1023] === 100);
    expect(isFlipped).toEqual(flips);
    expect(range(10).map((item) => images[item * 2 ** 19 + 1])).toEqual([...(labels ?? [])]);
    expect(new Set(labels?.slice(0, 5)).size).toBe(5);
  });

  it('refuses a dataset whose labels are not one an image', () => {
    const odd = { ...dataset, length: 10, labels: Int32Array.of(1, 2), read: () => undefined };
    expect(() => new BatchLoader(odd, options)).toThrow(/expected 10 labels, one an image/);
  });

  it('refuses arrays that do not fit', () => {
    const shape = { channels: 1, height: 2, width: 3 };
    expect(() => new ArrayDataset({ images: new Uint8Array(7), shape })).toThrow(/6 values each/);
    expect(() => new ArrayDataset({ images: new Uint8Array(6), shape, labels: [1, 2] })).toThrow(
      /1 labels/,
    );
    expect(() => new ArrayDataset({ images: [1] as never, shape })).toThrow(
      /a Uint8Array, Uint8ClampedArray or Float32Array for images/,
    );
    for (const label of [-1, 0.5, Number.NaN, 2]) {
      const labels = [0, label];
      const classes = ['a', 'b'];
      expect(
        () => new ArrayDataset({ images: new Uint8Array(12), shape, labels, classes }),
      ).toThrow(/class indices from 0 to 1 but label 1 is/);
    }
    expect(
      () => new ArrayDataset({ images: new Uint8Array(12), shape: { ...shape, height: 0.5 } }),
    ).toThrow(/whole number from 1 for image\.height/);
  });
});
