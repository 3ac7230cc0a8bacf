import { describe, expect, it } from 'vitest';
import { ArrayDataset, type ArrayDatasetOptions, type Dataset } from '../../../lib/data/dataset.js';
import { DerivedDataset } from '../../../lib/data/derived.js';
import { frameFor } from '../../../lib/data/frame.js';
import { resizeDataset } from '../../../lib/data/resize.js';

/** One picture of 2×4, whose columns are 0, 100, 200, 40. */
const wide: ArrayDatasetOptions = {
  images: Uint8Array.of(0, 100, 200, 40, 0, 100, 200, 40),
  shape: { channels: 1, height: 2, width: 4 },
};

async function read(dataset: Dataset): Promise<number[]> {
  const { channels, height, width } = dataset.shape;
  const length = dataset.length * channels * height * width;
  const target = dataset.dtype === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
  await dataset.read(
    Uint32Array.from({ length: dataset.length }, (_, i) => i),
    target,
  );
  return [...target];
}

describe('resizeDataset', () => {
  it.each([1e6, 0])('cuts the centre by default, memory limit %i', async (memoryLimit) => {
    const options = { memoryLimit };
    const cut = await resizeDataset(new ArrayDataset(wide), { height: 2, width: 2 }, options);
    expect(await read(cut)).toEqual([100, 200, 100, 200]);
    expect(cut.fit).toBe('crop');
  });

  it.each([1e6, 0])('pads with the background, memory limit %i', async (memoryLimit) => {
    const padded = (options: ArrayDatasetOptions, background?: string): Promise<Dataset> =>
      resizeDataset(
        new ArrayDataset(options),
        { height: 4, width: 4 },
        { memoryLimit, fit: 'pad', background },
      );
    const white = [255, 255, 255, 255];
    const picture = [0, 100, 200, 40];
    const grey = await padded(wide);
    expect(await read(grey)).toEqual([white, picture, picture, white].flat());
    expect(grey.fit).toBe('pad');
    // Red is 0.2126 of the light of white, and 127 is the grey of so much, as pictures in folders are made grey too.
    expect((await read(await padded(wide, 'rgb(255, 0, 0)')))[0]).toBe(127);

    const colour = await read(
      await padded(
        { images: new Uint8Array(24), shape: { channels: 3, height: 2, width: 4 } },
        '#102030',
      ),
    );
    expect([colour[0], colour[16], colour[32]]).toEqual([0x10, 0x20, 0x30]);
    expect([colour[4], colour[20], colour[36]]).toEqual([0, 0, 0]);
    const clear = { images: new Uint8Array(32), shape: { channels: 4, height: 2, width: 4 } };
    expect((await read(await padded(clear, '#10203080'))).filter((_, i) => i % 16 === 0)).toEqual([
      0x10, 0x20, 0x30, 0x80,
    ]);

    const images = new Float32Array(8).fill(0.25);
    const floats = await read(await padded({ images, shape: wide.shape }, 'white'));
    expect(floats.slice(0, 5)).toEqual([1, 1, 1, 1, 0.25]);
  });

  it('stretches where it is told to', async () => {
    const whole = await resizeDataset(
      new ArrayDataset({
        images: Uint8Array.of(0, 0, 255, 255),
        shape: { ...wide.shape, height: 1 },
      }),
      { height: 1, width: 2 },
      { fit: 'stretch' },
    );
    const [left = 255, right = 0] = await read(whole);
    expect(left).toBeLessThan(40);
    expect(right).toBeGreaterThan(215);
    expect(whole.fit).toBe('stretch');
  });

  it('keeps all that the data says, and no fit where proportions agree', async () => {
    const about = {
      labels: [1],
      classes: ['a', 'b'],
      split: 'test',
      splits: ['train', 'test'],
      warnings: ['a note'],
      name: 'wide',
    } as const;
    for (const memoryLimit of [1e6, 0]) {
      const source = new ArrayDataset({ ...wide, ...about });
      const resized = await resizeDataset(source, { height: 4, width: 8 }, { memoryLimit });
      expect(resized).toMatchObject({ ...about, labels: Int32Array.of(1), kind: 'images' });
      expect(resized.fit).toBeUndefined();
    }
  });

  it('is in memory afterwards, whatever it was, unless it does not fit', async () => {
    const source = new DerivedDataset(new ArrayDataset(wide), { streamed: true });
    const size = { height: 4, width: 8 };
    expect((await resizeDataset(source, size, { memoryLimit: 1e6 })).streamed).toBe(false);
    expect((await resizeDataset(source, size, { memoryLimit: 0 })).streamed).toBe(true);
  });

  it('keeps floats within -1 and 1, and those beyond within their own range', async () => {
    const edges = (scale: number): Promise<Dataset> =>
      resizeDataset(
        new ArrayDataset({
          images: Float32Array.from([-1, -1, 1, 1, -1, -1, 1, 1], (value) => value * scale),
          shape: wide.shape,
          kind: 'images',
        }),
        { height: 6, width: 12 },
      );
    for (const [scale, most] of [
      [1, 1],
      [3, 3],
    ] as const) {
      const values = await read(await edges(scale));
      expect(Math.max(...values)).toBe(most);
      expect(Math.min(...values)).toBe(-most);
    }
  });

  it('refuses an unknown fit and background', async () => {
    const size = { height: 2, width: 2 };
    const source = new ArrayDataset(wide);
    await expect(resizeDataset(source, size, { fit: 'zoom' as never })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    await expect(resizeDataset(source, size, { background: 'no colour' })).rejects.toThrow(
      'Expected a colour such as #ffffff for background but received "no colour" of type string',
    );
  });
});

describe('frameFor', () => {
  it.each([
    // A picture twice as wide, into a square: half of it is cut away, or a quarter of the square stays empty above and below.
    ['crop', { height: 8, width: 16 }, [4, 4], [4, 8], [0, 2], [0, 0]],
    ['pad', { height: 8, width: 16 }, [4, 4], [2, 4], [0, 0], [1, 0]],
    ['stretch', { height: 8, width: 16 }, [4, 4], [4, 4], [0, 0], [0, 0]],
    ['crop', { height: 5, width: 3 }, [4, 4], [7, 4], [1, 0], [0, 0]],
    ['pad', { height: 5, width: 3 }, [4, 4], [4, 2], [0, 0], [0, 1]],
    // Nothing is ever less than a pixel.
    ['pad', { height: 1, width: 1000 }, [10, 10], [1, 10], [0, 0], [4, 0]],
    ['crop', { height: 1, width: 1000 }, [10, 10], [10, 10000], [0, 4995], [0, 0]],
  ] as const)('%s %o', (fit, from, [height, width], scaled, cut, place) => {
    const frame = frameFor(from, { height, width }, fit);
    expect([frame.scaled.height, frame.scaled.width]).toEqual(scaled);
    expect([frame.cut.top, frame.cut.left]).toEqual(cut);
    expect([frame.top, frame.left]).toEqual(place);
  });
});
