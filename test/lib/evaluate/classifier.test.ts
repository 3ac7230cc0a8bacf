import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cacheDir } from '../../../lib/cache.js';
import { ArrayDataset } from '../../../lib/data/dataset.js';
import {
  type Classifier,
  type ClassifierOptions,
  openClassifier,
} from '../../../lib/evaluate/classifier.js';
import { classifierNetwork } from '../../../lib/models/classifier.js';
import { native } from '../../../lib/native.js';
import { temporaryDir } from '../../helpers/tiny.js';

const side = 8;
const shape = { channels: 1, height: side, width: side };

/** Noise with a bright bar: lying, standing or none, by class; `salt` makes other noise. */
function bars(length = 300, salt = 0, name = 'bars'): ArrayDataset {
  let state = 12345 + salt;
  const noise = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 16) % 120;
  };
  const images = Uint8Array.from({ length: length * side * side }, (_, i) => {
    const item = Math.floor(i / (side * side));
    const [y, x] = [Math.floor(i / side) % side, i % side];
    const place = 2 + (Math.floor(item / 3) % 4);
    const lit = item % 3 === 0 ? y === place : item % 3 === 1 && x === place;
    return noise() + (lit ? 130 : 0);
  });
  const labels = Array.from({ length }, (_, i) => i % 3);
  return new ArrayDataset({ images, shape, labels, name });
}

async function open(
  dataset: ArrayDataset,
  dir: string,
  options: ClassifierOptions = {},
): Promise<Classifier & { told: string[] }> {
  const told: string[] = [];
  const classifier = await openClassifier(dataset, {
    cacheDir: dir,
    threads: 1,
    onProgress: (text) => told.push(text),
    ...options,
  });
  onTestFinished(() => classifier.dispose());
  return Object.assign(classifier, { told });
}

function batchOf(dataset: ArrayDataset, count: number) {
  const data = new Uint8Array(count * side * side);
  dataset.read(
    Uint32Array.from({ length: count }, (_, i) => i),
    data,
  );
  return { shape: [count, 1, side, side], data };
}

describe('openClassifier', () => {
  it('learns three classes, and tells them apart in images that it never saw', async () => {
    const classifier = await open(bars(), await temporaryDir());
    expect(classifier.accuracy).toBeGreaterThan(0.95);
    expect(classifier.classes).toBe(3);
    expect(classifier.guessing).toBeCloseTo(1 / 3, 12);
    expect([classifier.chance, classifier.warnings]).toEqual([false, []]);
    expect(classifier.description).toMatch(
      /^classifier of bars, trained by ganode: [\d.]+ % of 30 held-out images right$/,
    );
    expect(classifier.id).toMatch(/^classifier-[0-9a-f]{16}$/);
    expect(classifier.told.length).toBeGreaterThan(5);
    expect(classifier.told.length).toBeLessThan(25);
    expect(classifier.told[0]).toMatch(/^classifier of bars: \d+ % trained, loss [\d.]+$/);

    const others = bars(600, 99);
    const images = batchOf(others, 600);
    const labels = await classifier.predict(images);
    const right = labels.filter((label, i) => label === others.labels?.[i]).length;
    expect(right / 600).toBeGreaterThan(0.95);
    const { features, logits } = await classifier.extract(images);
    expect(features).toMatchObject({ count: 600, size: 128 });
    expect(logits).toMatchObject({ count: 600, size: 3 });
    expect(features.data).toHaveLength(600 * 128);
    // Whatever else is in the call, an image has its features.
    const one = await classifier.extract({
      shape: [1, 1, side, side],
      data: images.data.subarray(0, 64),
    });
    one.features.data.forEach((value, i) => {
      expect(Math.abs(value - (features.data[i] as number))).toBeLessThan(1e-5);
    });
  });

  it('is trained once: the cache has it the next time, to the bit', async () => {
    const dir = await temporaryDir();
    const first = await open(bars(), dir);
    const second = await open(bars(), dir, { train: false });
    expect(second.told).toEqual([]);
    expect(second.id).toBe(first.id);
    expect([second.accuracy, second.description]).toEqual([first.accuracy, first.description]);
    const images = batchOf(bars(), 10);
    expect(await second.extract(images)).toEqual(await first.extract(images));
    expect(await readdir(join(dir, 'classifiers'))).toHaveLength(1);
  });

  it('comes out alike of equal data and seed, and otherwise of others', async () => {
    const dir = await temporaryDir();
    const [first, second, third, fourth] = [
      await open(bars(), dir),
      await open(bars(), await temporaryDir()),
      await open(bars(), dir, { seed: 1 }),
      await open(bars(300, 1), dir),
    ];
    expect(second.told.length).toBeGreaterThan(5);
    expect(second.id).toBe(first.id);
    expect(new Set([first.id, third.id, fourth.id]).size).toBe(3);
    expect(fourth.told.length).toBeGreaterThan(5);
  });

  it('is trained again where the file in the cache is damaged', async () => {
    const dir = await temporaryDir();
    const { id } = await open(bars(), dir);
    const [name = ''] = await readdir(join(dir, 'classifiers'));
    const path = join(dir, 'classifiers', name);
    const bytes = await readFile(path);
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] as number) ^ 1;
    await writeFile(path, bytes);
    const again = await open(bars(), dir);
    expect(again.told[0]).toContain(`training again: ${path}`);
    expect(again.id).toBe(id);
    expect((await open(bars(), dir)).told).toEqual([]);
  });

  it('refuses data that it cannot learn, and images of another shape', async () => {
    const dir = await temporaryDir();
    const images = new Uint8Array(30 * 64);
    const refusal = (options: object): Promise<unknown> =>
      openClassifier(new ArrayDataset({ images, shape, ...options }), { cacheDir: dir });
    await expect(refusal({})).rejects.toMatchObject({
      code: 'INVALID_DATA',
      message: 'array: expected labelled images, to train a classifier',
    });
    const labels = new Int32Array(30);
    await expect(refusal({ labels })).rejects.toThrow(
      'array: expected two classes or more but received 1, to train a classifier',
    );
    const classes = ['a', 'b'];
    await expect(refusal({ labels, classes, images: new Float32Array(30 * 64) })).rejects.toThrow(
      'array: expected images of bytes but received float32, to train a classifier',
    );
    await expect(refusal({ labels: [0, 1], images: images.subarray(0, 128) })).rejects.toThrow(
      'array: expected 20 images or more but received 2, to train a classifier',
    );
    await expect(openClassifier(bars(), { cacheDir: dir, train: false })).rejects.toThrow(
      `bars: expected a trained classifier in ${join(dir, 'classifiers')} but there is none`,
    );
    const classifier = await open(bars(30), dir);
    await expect(
      classifier.extract({ shape: [1, 3, 8, 8], data: new Uint8Array(192) }),
    ).rejects.toThrow('classifier of bars: expected images of N×1×8×8 but received 1×3×8×8');
  });
});

describe('classifierNetwork', () => {
  it.each([
    [1, 8, 8],
    [3, 16, 16],
    [1, 28, 28],
    [3, 32, 32],
    [3, 47, 61],
    [3, 64, 64],
    [3, 96, 128],
    [3, 128, 128],
  ])('fits %i×%i×%i in 400,000 weights', (channels, height, width) => {
    const spec = classifierNetwork({ channels, height, width }, 10);
    const report = native().inspectGraph(JSON.stringify(spec));
    expect(report.outputs['features']?.shape).toEqual([128]);
    expect(report.outputs['logits']?.shape).toEqual([10]);
    expect(report.parameters).toBeLessThan(400_000);
  });
});

describe('cacheDir', () => {
  it.skipIf(process.platform !== 'linux')('follows GANODE_CACHE, then the platform', () => {
    const before = { ...process.env };
    onTestFinished(() => {
      process.env = before;
    });
    process.env['XDG_CACHE_HOME'] = '/xdg';
    delete process.env['GANODE_CACHE'];
    expect(cacheDir()).toBe('/xdg/ganode');
    process.env['GANODE_CACHE'] = '/somewhere';
    expect(cacheDir()).toBe('/somewhere');
  });
});
