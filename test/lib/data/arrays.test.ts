import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../lib/data/dataset.js';
import { openDataset } from '../../../lib/data/source.js';
import { npy } from '../../../lib/image/npy.js';
import { temporaryDir } from '../../helpers/tiny.js';
import { type ZipEntry, zip } from '../../helpers/zip.mjs';

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const bytes = (...shape: number[]): Uint8Array =>
  npy(
    shape,
    Uint8Array.from({ length: count(shape) }, (_, i) => i % 256),
  );
const floats = (...shape: number[]): Uint8Array =>
  npy(
    shape,
    Float32Array.from({ length: count(shape) }, (_, i) => (i % 3) - 1),
  );

async function open(name: string, data: Uint8Array, options = {}, suffix = ''): Promise<Dataset> {
  const path = join(await temporaryDir(), name);
  await writeFile(path, data);
  return openDataset(`${path}${suffix}`, options);
}

async function first(dataset: Dataset): Promise<number[]> {
  const { channels, height, width } = dataset.shape;
  const target = new Uint8Array(channels * height * width);
  await dataset.read(Uint32Array.of(0), target);
  return [...target];
}

describe('.npy files', () => {
  it('of N×H×W×C become C×H×W, which is told', async () => {
    const data = await open('a.npy', bytes(2, 6, 5, 3));
    expect(data).toMatchObject({ length: 2, shape: { channels: 3, height: 6, width: 5 } });
    expect((await first(data)).slice(0, 4)).toEqual([0, 3, 6, 9]);
    expect((await first(data))[30]).toBe(1);
    expect(data.warnings).toEqual([expect.stringMatching(/a\.npy: 2×6×5×3 is read as N×H×W×C$/)]);
    const grey = await open('a.npy', floats(2, 6, 5, 1));
    expect(grey).toMatchObject({ kind: 'images', shape: { channels: 1, height: 6, width: 5 } });
  });

  it('of N×C×H×W stay so', async () => {
    for (const shape of [
      [2, 3, 6, 6],
      [2, 64, 4, 4],
      [2, 16, 1, 1],
      [2, 3, 4, 3],
    ]) {
      const data = await open('a.npy', bytes(...shape));
      const [, channels, height, width] = shape;
      expect(data.shape).toEqual({ channels, height, width });
      expect(data.warnings).toBeUndefined();
    }
  });

  it('of three sides are grey images where they are bytes, sequences where they are not', async () => {
    const grey = await open('a.npy', bytes(2, 8, 9));
    expect(grey).toMatchObject({ kind: 'images', shape: { channels: 1, height: 8, width: 9 } });
    const sequences = await open('a.npy', floats(2, 8, 9));
    expect(sequences).toMatchObject({ kind: 'sequences', shape: grey.shape });
  });

  it('of other whole numbers than bytes, and parts of them, are refused', async () => {
    const header = Buffer.from(bytes(1, 2, 2, 16));
    header.write('<i4', header.indexOf('|u1'));
    const wide = Buffer.from(npy([1, 2, 2, 4], new Float32Array(16)));
    wide.write('<i4', wide.indexOf('<f4'));
    await expect(open('a.npy', wide)).rejects.toThrow(
      /whole numbers: save it with \.astype\('uint8'\)/,
    );
    for (const split of ['train', 'test'] as const) {
      const whole = new RegExp(
        `has no part "${split}" \\(--split\\): it is one whole without parts`,
      );
      await expect(open('a.npy', bytes(2, 3, 4, 4), { split })).rejects.toThrow(whole);
      const zipped = zip([entry('images', bytes(2, 3, 4, 4))]);
      await expect(open('a.npz', zipped, { split })).rejects.toThrow(whole);
    }
  });

  it('of float images are resized, sequences are not', async () => {
    const image = { height: 4, width: 4 };
    const data = await open('a.npy', floats(2, 3, 8, 8), { image, fit: 'pad' });
    expect(data).toMatchObject({ dtype: 'float32', shape: { channels: 3, ...image } });
    await expect(open('a.npy', floats(2, 8, 8), { image })).rejects.toThrow(/are not resized/);
  });

  it('that are out of range are told of', async () => {
    const images = npy([1, 1, 1, 2], Float32Array.of(0, 255));
    expect((await open('a.npy', images)).warnings).toEqual([
      expect.stringMatching(/values from 0 to 255, .*give them as uint8/),
    ]);
    const nan = npy([2, 2], Float32Array.of(0, 0, 0, Number.NaN));
    await expect(open('a.npy', nan)).rejects.toThrow(/received NaN: value 1 of item 1/);
  });
});

const entry = (name: string, data: Uint8Array, deflated = false): ZipEntry => ({
  name: `${name}.npy`,
  data,
  deflated,
});
const labels = (...values: number[]): Uint8Array => npy([values.length], Uint8Array.from(values));
/** int64, as NumPy has whole numbers by default. */
function longs(...values: number[]): Uint8Array {
  const double = Buffer.from(npy([values.length, 1, 2], new Float32Array(2 * values.length)));
  const start = double.length - 8 * values.length;
  const header = double
    .toString('latin1', 0, start)
    .replace('<f4', '<i8')
    .replace(', 1, 2)', ', 1)   ');
  return Buffer.concat([
    Buffer.from(header, 'latin1'),
    Buffer.from(BigInt64Array.from(values, BigInt).buffer),
  ]);
}

describe('.npz files', () => {
  it("have parts where they are named as Keras' or MedMNIST's, stored or deflated", async () => {
    const keras = [
      entry('x_test', bytes(1, 4, 4)),
      entry('x_train', bytes(3, 4, 4), true),
      entry('y_train', longs(2, 0, 1), true),
      entry('y_test', labels(1)),
    ];
    const train = await open('mnist.npz', zip(keras));
    expect(train).toMatchObject({
      length: 3,
      kind: 'images',
      shape: { channels: 1, height: 4, width: 4 },
      labels: Int32Array.of(2, 0, 1),
      split: 'train',
      splits: ['train', 'test'],
    });
    expect(await first(train)).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(train.warnings).toEqual([
      expect.stringMatching(/mnist\.npz: images are "x_train" \(3×4×4\), labels "y_train"$/),
    ]);
    const test = await open('mnist.npz', zip(keras), { split: 'test' });
    expect(test).toMatchObject({ length: 1, labels: Int32Array.of(1), split: 'test' });
    await expect(open('a.npz', zip(keras), { split: 'validation' })).rejects.toThrow(
      /has no part "validation" \(--split\): it has train and test/,
    );
    const medical = ['train', 'val', 'test'].flatMap((part, i) => [
      entry(`${part}_images`, bytes(i + 1, 6, 6, 3)),
      entry(`${part}_labels`, longs(...new Array(i + 1).fill(i))),
    ]);
    const validation = await open('m.npz', zip(medical), { split: 'validation' });
    expect(validation).toMatchObject({
      length: 2,
      labels: Int32Array.of(1, 1),
      splits: ['train', 'validation', 'test'],
      shape: { channels: 3, height: 6, width: 6 },
    });
    expect(validation.warnings).toEqual([
      expect.stringMatching(/"val_images" \(2×6×6×3, read as N×H×W×C\), labels "val_labels"$/),
    ]);
  });

  it.each([
    [['images', 'labels'], 'images', 'labels'],
    [['X', 'y'], 'X', 'y'],
    [['data', 'other'], 'data', undefined],
    [['arr_0', 'arr_1'], 'arr_0', 'arr_1'],
    [['whatever'], 'whatever', undefined],
  ])('%o are taken by their names', async (names, images, ofClasses) => {
    const [one = '', two] = names;
    const entries = [entry(one, bytes(2, 4, 4)), ...(two ? [entry(two, labels(1, 0))] : [])];
    const data = await open('a.npz', zip(entries));
    expect(data.labels).toEqual(ofClasses ? Int32Array.of(1, 0) : undefined);
    expect(data.splits).toBeUndefined();
    expect(data.warnings?.[0]).toContain(
      `images are "${images}" (2×4×4), ${ofClasses ? `labels "${ofClasses}"` : 'no labels'}`,
    );
  });

  it('are told which arrays to take, where names do not', async () => {
    const entries = [
      entry('faces', bytes(2, 4, 4)),
      entry('ages', labels(7, 3)),
      entry('more', bytes(2, 2)),
    ];
    await expect(open('a.npz', zip(entries))).rejects.toThrow(
      /it holds faces \(2×4×4 \|u1\), ages \(2 \|u1\), more \(2×2 \|u1\); name them: FILE\.npz:IMAGES or/,
    );
    const data = await open('a.npz', zip(entries), {}, ':faces,ages');
    expect(data).toMatchObject({ length: 2, labels: Int32Array.of(7, 3) });
    expect((await open('a.npz', zip(entries), {}, ':faces')).labels).toBeUndefined();
    await expect(open('a.npz', zip(entries), {}, ':cats')).rejects.toThrow(
      /has no array "cats": it holds faces \(2×4×4 \|u1\), ages/,
    );
    await expect(open('a.npz', zip(entries), {}, ':a,b,c')).rejects.toThrow(/IMAGES,LABELS after/);
    const many = Array.from({ length: 300 }, (_, i) => entry(`a${i}`, bytes(1)));
    await expect(open('a.npz', zip(many))).rejects.toThrow(
      /a7 \(1 \|u1\), and 292 more; name them/,
    );
  });

  it('leave out labels of several columns, and say so', async () => {
    const entries = [entry('images', bytes(2, 4, 4)), entry('labels', bytes(2, 5))];
    const data = await open('a.npz', zip(entries));
    expect(data.labels).toBeUndefined();
    expect(data.warnings?.[0]).toMatch(
      /labels "labels", which are left out: they are 2×5, not one class an image \(2\)$/,
    );
  });

  it('that are broken, or lie, are refused', async () => {
    const whole = zip([entry('x', bytes(2, 4, 4), true)]);
    const lie = (claimed: number): ZipEntry => ({
      ...entry('x', bytes(2, 4, 4), true),
      declaredSize: claimed,
    });
    const bomb = Buffer.from(npy([1], Uint8Array.of(0)));
    bomb.write("'shape': (99999999999,), }", bomb.indexOf("'shape'"));
    const cases: [Uint8Array, RegExp][] = [
      [Uint8Array.of(), /broken archive/],
      [Buffer.from('no archive at all, only text'), /broken archive/],
      [whole.subarray(0, whole.length - 30), /broken archive/],
      [zip([]), /it holds no arrays/],
      [zip([entry('x', Buffer.from('text'))]), /x\.npy: expected an \.npy file/],
      [zip([entry('x', bytes(2, 4, 4).subarray(0, 100), true)]), /x\.npy: .*header/],
      [zip([lie(40_000)]), /its header promises 2×4×4, 160 bytes, the archive 40000/],
      [zip([lie(40)]), /x\.npy: (broken archive|its header promises)/],
      [
        zip([{ ...entry('x', bomb, true), declaredSize: 2 ** 32 - 1 }]),
        /its header promises|more than 2 GiB/,
      ],
      [
        zip([
          { ...entry('x', bytes(1000, 1, 40).subarray(0, 128 + 5), true), declaredSize: 40_128 },
        ]),
        /broken/,
      ],
    ];
    for (const [data, message] of cases) {
      await expect(open('a.npz', data)).rejects.toMatchObject({
        code: 'INVALID_DATA',
        message: expect.stringMatching(message),
      });
    }
    for (let place = 0; place < whole.length; place += 3) {
      const damaged = Uint8Array.from(whole);
      damaged[place] = (damaged[place] as number) ^ 0x55;
      await open('a.npz', damaged).catch((error) => expect(error.name).toBe('GanodeError'));
    }
    await expect(openDataset('none.npz')).rejects.toMatchObject({ code: 'IO' });
  });

  it('of NumPy itself are read, where there is one', async ({ skip }) => {
    const path = join(await temporaryDir(), 'numpy.npz');
    const program = `import numpy, sys
x = numpy.arange(2 * 5 * 6 * 3).reshape(2, 5, 6, 3).astype('uint8')
numpy.savez_compressed(sys.argv[1], x_train=x, y_train=numpy.array([3, 1]), x_test=x / 127.5 - 1, y_test=numpy.array([0, 2]))`;
    try {
      execFileSync('python3', ['-c', program, path], { stdio: 'ignore' });
    } catch {
      skip('no NumPy');
    }
    const train = await openDataset(path);
    expect(train).toMatchObject({ labels: Int32Array.of(3, 1), dtype: 'uint8', length: 2 });
    expect((await first(train)).slice(28, 32)).toEqual([84, 87, 1, 4]);
    expect(await openDataset(path, { split: 'test' })).toMatchObject({ dtype: 'float32' });
  });
});
