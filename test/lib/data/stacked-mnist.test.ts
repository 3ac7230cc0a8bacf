import { describe, expect, it } from 'vitest';
import { ArrayDataset } from '../../../lib/data/dataset.js';
import { openDataset } from '../../../lib/data/source.js';
import { stackDigits } from '../../../lib/data/stacked-mnist.js';

/** Twenty digits of 1×1: of class d, pixels d and 100 + d. */
function digits(): ArrayDataset {
  const labels = Array.from({ length: 20 }, (_, i) => i % 10);
  return new ArrayDataset({
    images: Uint8Array.from(labels, (label, i) => (i < 10 ? label : 100 + label)),
    shape: { channels: 1, height: 1, width: 1 },
    labels,
  });
}

async function read(dataset: ReturnType<typeof stackDigits>, ...indices: number[]) {
  const target = new Uint8Array(3 * indices.length);
  await dataset.read(Uint32Array.from(indices), target);
  return [...target];
}

describe('stackDigits', () => {
  it('puts three digits into the channels and their classes into the label', async () => {
    const stacked = stackDigits(digits(), { count: 500 });
    expect(stacked).toMatchObject({ length: 500, shape: { channels: 3, height: 1, width: 1 } });
    expect(stacked.classes).toHaveLength(1000);
    expect(stacked.classes?.[42]).toBe('042');
    for (const item of [0, 7, 499]) {
      const [r = 0, g = 0, b = 0] = await read(stacked, item);
      expect(stacked.labels?.[item]).toBe(100 * (r % 100) + 10 * (g % 100) + (b % 100));
    }
    const [first, last] = [await read(stacked, 3), await read(stacked, 490)];
    expect(await read(stacked, 490, 3)).toEqual([...last, ...first]);
  });

  it('draws channels evenly and on their own', () => {
    const { labels } = stackDigits(digits(), { count: 100_000 });
    const counts = new Float64Array(1000);
    for (const label of labels as Int32Array) counts[label] = (counts[label] as number) + 1;
    // Chi-squared with 999 degrees of freedom: mean 999, deviation √1998 = 44.7.
    const chi = counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
    expect(Math.abs(chi - 999)).toBeLessThan(5 * 44.7);
  });

  it('draws equal pictures of equal seeds', () => {
    const labels = (seed: number) => stackDigits(digits(), { count: 50, seed }).labels;
    expect(labels(1)).toEqual(labels(1));
    expect(labels(1)).not.toEqual(labels(2));
  });

  it('refuses what has no digits', () => {
    const shape = { channels: 3, height: 1, width: 1 };
    const colour = new ArrayDataset({ images: new Uint8Array(6), shape });
    expect(() => stackDigits(colour)).toThrow(
      /array: expected images of 1 channel with labels of 10 classes, to be stacked, but it has 3 and no labels/,
    );
    expect(() => stackDigits(digits(), { count: 1.5 })).toThrow(/whole number from 1 for count/);
  });
});

describe('the source stacked-mnist', () => {
  it('has three digits of MNIST in each picture, in the size asked for', async () => {
    for (const image of [{}, { height: 32, width: 32, channels: 3 }]) {
      const stacked = await openDataset('stacked-mnist', { split: 'test', image });
      const mnist = await openDataset('mnist', { split: 'test', image: { ...image, channels: 1 } });
      const { height, width } = mnist.shape;
      expect(stacked).toMatchObject({ length: 128_000, shape: { channels: 3, height, width } });
      const picture = new Uint8Array(3 * height * width);
      await stacked.read(Uint32Array.of(5), picture);
      const all = new Uint8Array(mnist.length * height * width);
      await mnist.read(
        Uint32Array.from({ length: mnist.length }, (_, i) => i),
        all,
      );
      const label = String(stacked.labels?.[5]).padStart(3, '0');
      for (let channel = 0; channel < 3; channel += 1) {
        const plane = picture.subarray(channel * height * width, (channel + 1) * height * width);
        const place = Buffer.from(all).indexOf(plane);
        expect(place % (height * width)).toBe(0);
        expect(mnist.labels?.[place / (height * width)]).toBe(Number(label[channel]));
      }
    }
  });

  it('refuses another number of channels', async () => {
    await expect(
      openDataset('stacked-mnist', { split: 'test', image: { channels: 1 } }),
    ).rejects.toThrow('stacked-mnist: expected 1 channels but its images have 3');
  });
});
