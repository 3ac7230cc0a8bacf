import { describe, expect, it } from 'vitest';
import { ArrayDataset, type ArrayDatasetOptions } from '../../../lib/data/dataset.js';
import { openMixture } from '../../../lib/data/mixture.js';
import { sequences } from '../../../lib/data/sequences.js';
import { openDataset } from '../../../lib/data/source.js';
import { Subset } from '../../../lib/data/subset.js';
import { GanodeError } from '../../../lib/errors.js';

const shape = { channels: 1, height: 1, width: 2 };
const floats = (...values: number[]): ArrayDatasetOptions => ({
  images: Float32Array.from(values),
  shape,
  kind: 'images',
});

/** The images of a dataset, all of them. */
function all(dataset: ArrayDataset): number[] {
  const { channels, height, width } = dataset.shape;
  const length = dataset.length * channels * height * width;
  const target = dataset.dtype === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
  dataset.read(
    Uint32Array.from({ length: dataset.length }, (_, i) => i),
    target,
  );
  return [...target];
}

describe('ArrayDataset', () => {
  it('takes the bytes of a canvas, channels last, without changing them', () => {
    // Two pictures of two pixels, RGBA.
    const rgba = Uint8ClampedArray.of(1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18);
    const data = new ArrayDataset({
      images: rgba,
      shape: { ...shape, channels: 4 },
      layout: 'channelsLast',
    });
    expect(data).toMatchObject({ dtype: 'uint8', length: 2, shape: { channels: 4, width: 2 } });
    expect(all(data)).toEqual([1, 5, 2, 6, 3, 7, 4, 8, 11, 15, 12, 16, 13, 17, 14, 18]);
    expect(rgba[1]).toBe(2);
  });

  it('does not copy clamped bytes', () => {
    const images = new Uint8ClampedArray(new ArrayBuffer(6), 2, 4);
    const data = new ArrayDataset({ images, shape });
    images[3] = 9;
    expect(all(data)).toEqual([0, 0, 0, 9]);
    expect(all(sequences({ values: images, steps: 4 }))).toEqual([0, 0, 0, 9]);
  });

  it('brings floats with channels last into order', () => {
    const images = Float32Array.of(-1, 0, 1, -0.5, 0.5, 0.25);
    const sides = { channels: 3, height: 1, width: 2 };
    const data = new ArrayDataset({ images, shape: sides, layout: 'channelsLast' });
    expect(all(data)).toEqual([-1, -0.5, 0, 0.5, 1, 0.25]);
  });

  it('asks for the layout of sides that look like H×W×C', () => {
    const images = new Uint8Array(8 * 8 * 3);
    const mixedUp = { channels: 8, height: 8, width: 3 };
    expect(() => new ArrayDataset({ images, shape: mixedUp })).toThrow(
      "array: expected C×H×W but 8×8×3 looks like H×W×C: give { channels: 3, height: 8, width: 8 } and layout: 'channelsLast'; or layout: 'channelsFirst' if it is meant",
    );
    const meant = new ArrayDataset({ images, shape: mixedUp, layout: 'channelsFirst' });
    expect(meant.shape).toEqual(mixedUp);
    for (const sides of [
      { channels: 3, height: 8, width: 8 },
      { channels: 12, height: 4, width: 4 },
      { channels: 16, height: 1, width: 1 },
    ]) {
      const { channels, height, width } = sides;
      const bytes = new Uint8Array(channels * height * width);
      expect(new ArrayDataset({ images: bytes, shape: sides }).length).toBe(1);
    }
  });

  it.each([
    [[0, 1], /^array: values from 0 to 1, and -1 is black: scale them by 2x - 1$/],
    [
      [0, 255],
      /^array: values from 0 to 255, .*: give them as uint8, or scale them by x \/ 127\.5/,
    ],
    [[-3, 2], /^array: values from -3 to 2, and most generators reach -1 to 1: scale them$/],
    [[0.5, 2], /values from 0\.5 to 2, /],
  ])('tells of float images %o', (values, message) => {
    const { warnings } = new ArrayDataset(floats(...values));
    expect(warnings).toEqual([expect.stringMatching(message)]);
  });

  it('tells nothing of those from -1 to 1, of points of mixtures, and where any value is meant', () => {
    expect(new ArrayDataset(floats(-1, 1)).warnings).toBeUndefined();
    expect(openMixture('grid', { count: 100 }).warnings).toBeUndefined();
    const range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
    expect(new ArrayDataset({ ...floats(-5, 700), range }).warnings).toBeUndefined();
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses %o, and says where it is',
    (value) => {
      const options = { ...floats(0, 0, 0, value), range: [-Infinity, Infinity] as const };
      expect(() => new ArrayDataset(options)).toThrow(
        `array: expected finite numbers but received ${value}: value 1 of item 1`,
      );
    },
  );

  it('is quick with many values', () => {
    const images = new Float32Array(4e6).fill(0.5);
    images[7] = -0.5;
    const start = performance.now();
    const data = new ArrayDataset({ images, shape });
    expect(performance.now() - start).toBeLessThan(2000);
    expect(data.warnings).toBeUndefined();
  });

  it('knows images, sequences and points', () => {
    const kind = (channels: number, height: number, width: number, dtype: 'u' | 'f' = 'f') => {
      const length = channels * height * width;
      const images = dtype === 'u' ? new Uint8Array(length) : new Float32Array(length);
      return new ArrayDataset({ images, shape: { channels, height, width } }).kind;
    };
    expect(kind(1, 28, 28)).toBe('images');
    expect(kind(3, 1, 8)).toBe('images');
    expect(kind(1, 28, 8)).toBe('sequences');
    expect(kind(1, 28, 8, 'u')).toBe('images');
    expect(kind(2, 1, 1)).toBe('points');
    expect(sequences({ values: new Float32Array(90), steps: 3, features: 30 }).kind).toBe(
      'sequences',
    );
  });

  const images = new Uint8Array(4);
  const wrong: [string, unknown, string, RegExp][] = [
    [
      'nothing',
      undefined,
      'INVALID_OPTION',
      /^Expected an object with images and shape for options/,
    ],
    ['no images', {}, 'INVALID_OPTION', /for images but received nothing$/],
    [
      'no shape',
      { images },
      'INVALID_OPTION',
      /channels, height, width.* for shape but received noth/,
    ],
    ['labels that are none', { images, shape, labels: 5 }, 'INVALID_OPTION', /for labels but rece/],
    [
      'labels of text',
      { images, shape, labels: ['a', 'b'] },
      'INVALID_DATA',
      /label 0 is "a" of type/,
    ],
    [
      'labels of text',
      { images, shape, labels: 'ab' },
      'INVALID_OPTION',
      /a list of class indices/,
    ],
    [
      'big labels',
      { images, shape, labels: [0n, 1n] },
      'INVALID_DATA',
      /label 0 is 0 of type bigint/,
    ],
    ['few labels', { images, shape, labels: { length: 2 } }, 'INVALID_OPTION', /a list of class/],
    [
      'classes alone',
      { images, shape, classes: ['a'] },
      'INVALID_OPTION',
      /for labels but received/,
    ],
    [
      'classes',
      { images, shape, labels: [0, 0], classes: 'ab' },
      'INVALID_OPTION',
      /a list of names/,
    ],
    [
      'numbers',
      { images, shape, labels: [0, 0], classes: [1] },
      'INVALID_OPTION',
      /string for classes\[0\]/,
    ],
    [
      'twice',
      { images, shape, labels: [0, 1], classes: ['a', 'a'] },
      'INVALID_OPTION',
      /classes\[1\].*"a"/,
    ],
    ['a layout', { images, shape, layout: 'HWC' }, 'INVALID_OPTION', /'channelsLast' for layout/],
    ['a kind', { images, shape, kind: 'image' }, 'INVALID_OPTION', /'points' for kind/],
    ['a name', { images, shape, name: 5 }, 'INVALID_OPTION', /a string for name/],
  ];
  it.each(wrong)('refuses %s: %o', (_, options, code, message) => {
    expect(() => new ArrayDataset(options as never)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('and sequences, and openDataset, refuse what is nothing of theirs', async () => {
    for (const options of [undefined, {}, { values: 5 }, { values: images }, null]) {
      expect(() => sequences(options as never)).toThrow(GanodeError);
    }
    for (const source of [undefined, 5, null, {}]) {
      await expect(openDataset(source as never)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(/^Expected a name of data or a path for source/),
      });
    }
    await expect(openDataset('ring', null as never)).rejects.toThrow(/an object for options/);
    await expect(openDataset('a'.repeat(1e6))).rejects.toMatchObject({
      code: 'INVALID_DATA',
      message: expect.stringMatching(/^.{1,1300}$/s),
    });
  });
});

describe('Subset', () => {
  it('says all that its source says, with labels of its own', () => {
    const source = new ArrayDataset({
      ...floats(0, 1, 0, 1),
      labels: [1, 0],
      split: 'test',
      splits: ['train', 'test'],
      fit: 'pad',
    });
    const subset = new Subset(source, Uint32Array.of(1));
    const { labels: _, length: __, ...facts } = JSON.parse(JSON.stringify(source));
    delete facts.images;
    expect(subset).toMatchObject({ ...facts, length: 1, labels: Int32Array.of(0) });
    expect(facts).toMatchObject({ kind: 'images', split: 'test', fit: 'pad', classes: ['0', '1'] });
    expect(facts.warnings).toHaveLength(1);
  });
});
