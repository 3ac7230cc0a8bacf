/** Numbers that no library may get to see. */
import { expect, it } from 'vitest';
import type { ArrayDataset } from '../../lib/data/dataset.js';
import { openDataset } from '../../lib/data/source.js';
import { openClassifier } from '../../lib/evaluate/classifier.js';
import { evaluate } from '../../lib/evaluate/evaluate.js';
import { openFeatures } from '../../lib/evaluate/picture-features.js';
import { openTorchScript } from '../../lib/evaluate/torchscript.js';
import { Images } from '../../lib/image/images.js';
import { isInRange, ranges, rangeText, seedAfter } from '../../lib/ranges.js';
import { Autoencoder } from '../../lib/sample/autoencoder.js';
import { Generator } from '../../lib/sample/generator.js';
import { Trainer } from '../../lib/train/trainer.js';
import { temporaryDir, tinyData, tinyRecipe } from '../helpers/tiny.js';

it('a range says what it takes, and takes that', () => {
  expect(rangeText(ranges.threads)).toBe('a whole number from 1 to 1024');
  expect(rangeText(ranges.seed)).toBe('a whole number from 0');
  expect(rangeText(ranges.truncation)).toBe('a number above 0 and up to 1');
  for (const value of [1, 1024]) expect(isInRange(value, ranges.threads)).toBe(true);
  for (const value of [0, 1025, 1.5, Number.NaN, 1e300, '7', 7n, null]) {
    expect(isInRange(value, ranges.threads)).toBe(false);
  }
  expect(isInRange(0, ranges.truncation)).toBe(false);
  expect(isInRange(1e-9, ranges.truncation)).toBe(true);
});

it('seeds that follow another stay seeds', () => {
  const last = Number.MAX_SAFE_INTEGER;
  expect(seedAfter(3, 4)).toBe(7);
  expect(seedAfter(last - 4, 4)).toBe(last);
  expect(seedAfter(last - 3, 4)).toBe(0);
  expect(seedAfter(last, 4)).toBe(3);
});

/** What is asked for with one bad number, and the words of the refusal. */
const bad: [string, unknown[], (value: never) => Promise<unknown>, string][] = [];
const refuse = (
  name: string,
  expected: string,
  values: unknown[],
  ask: (value: never) => Promise<unknown>,
): void => void bad.push([name, values, ask, `Expected ${expected} for ${name} but received`]);

const images = (): Images => new Images([2, 1, 8, 8], new Uint8Array(128));
const labelled = (): ArrayDataset => tinyData(40, true);
const threads = 'a whole number from 1 to 1024';
const badThreads = [0, 1025, 1e6, Number.MAX_SAFE_INTEGER, 1e300, 2.5, '2', Number.NaN];
const badSeeds = [-1, 0.5, 2 ** 53, 1e300, '1', Number.NaN];
const none = '/nowhere/at/all';

refuse('threads', threads, badThreads, (v) => Generator.load(none, { threads: v }));
refuse('threads', threads, badThreads, (v) => Autoencoder.load(none, { threads: v }));
refuse('threads', threads, badThreads, (v) => openClassifier(labelled(), { threads: v }));
refuse('threads', threads, badThreads, (v) => openFeatures(tinyData(), { threads: v }));
refuse('threads', threads, badThreads, (v) => openTorchScript({ path: none, threads: v }));
refuse('threads', threads, badThreads, (v) =>
  evaluate({ run: none, data: tinyData(), threads: v }),
);
refuse('standingStatistics', 'a whole number from 0 to 10000', [-1, 10_001, 9e12], (v) =>
  Generator.load(none, { standingStatistics: v }),
);
refuse('seed', 'a whole number from 0', badSeeds, (v) => openFeatures(tinyData(), { seed: v }));
refuse('seed', 'a whole number from 0', badSeeds, (v) => openClassifier(labelled(), { seed: v }));
refuse('count', 'a whole number from 2', [1, 2.5, 1e300], (v) =>
  evaluate({ run: none, data: tinyData(), count: v }),
);
refuse('batch', 'a whole number from 1 to 65536', [0, 65_537, 1e300], (v) =>
  evaluate({ run: none, data: tinyData(), batch: v }),
);
refuse('truncation', 'a number above 0 and up to 1', [0, -1, 1.1, '1'], (v) =>
  evaluate({ run: none, data: tinyData(), truncation: v }),
);
refuse('channels', 'a whole number from 1 to 1024', [0, 1025, 1e9], (v) =>
  openTorchScript({ path: none, channels: v }),
);
refuse('size', 'a whole number from 1 to 4096', [0, 4097, 1e9], (v) =>
  openTorchScript({ path: none, size: [8, v] }),
);
refuse('image.width', 'a whole number from 1 to 4096', [0, 4097, 1e300, '8'], (v) =>
  openDataset('sines', { image: { height: 30, width: v } }),
);
refuse('memoryLimit', 'a number of bytes', [-1, Number.NaN, '7'], (v) =>
  openDataset('sines', { memoryLimit: v }),
);
refuse('columns', 'a whole number from 1', [0, 1.5, 1e300], (v) => images().grid({ columns: v }));
refuse('padding', 'a whole number from 0 to 4096', [-1, 4097, 1e300], (v) =>
  images().grid({ padding: v }),
);
refuse('index', 'a whole number from 0 to 1', [-1, 2, 1e6, 0.5], async (v) => images().frame(v));
refuse('fps', 'a number from 1 to 50', [0.5, 51, '12'], (v) =>
  images().toAnimation(`${none}.webp`, { fps: v }),
);
refuse('loop', 'a whole number from 0 to 65535', [-1, 65_536], (v) =>
  images().toAnimation(`${none}.webp`, { loop: v }),
);
refuse('profile.steps', 'a whole number from 1 to 1000', [0, 1001, 9e15], (v) =>
  Trainer.create({ recipe: tinyRecipe(), data: tinyData(), profile: { steps: v } }),
);

it.each(bad)('%s that are %j are refused', async (_, values, ask, message) => {
  for (const value of values) {
    const refused = async (): Promise<unknown> => ask(value as never);
    await expect(refused()).rejects.toMatchObject({
      name: 'GanodeError',
      code: 'INVALID_OPTION',
      message: expect.stringContaining(message),
    });
  }
});

it('numbers of what is drawn, and of how long is trained, are refused', async () => {
  const out = await temporaryDir();
  await using trainer = await Trainer.create({ recipe: tinyRecipe(), data: tinyData(), out });
  for await (const _ of trainer.train({ steps: 1 }));
  await using generator = await Generator.load(out, { threads: 1 });
  const asks: [string, () => Promise<unknown>][] = [
    ...[0, 1.5, 1e300, Number.NaN, '2'].flatMap((count): [string, () => Promise<unknown>][] => [
      ['count', () => generator.sample(count as number)],
      ['count', () => generator.sampleRaw(count as number)],
      ['count', () => trainer.sample(count as number)],
      ['batch', () => generator.batches(4, count as number).next()],
    ]),
    ...badSeeds.flatMap((seed): [string, () => Promise<unknown>][] => [
      ['seed', () => generator.sample(1, { seed: seed as number })],
      ['seed', () => generator.interpolate({ seed: seed as number })],
      ['seed', () => trainer.sample(1, { seed: seed as number })],
    ]),
    ...[1, 100_001, 1e300].flatMap((frames): [string, () => Promise<unknown>][] => [
      ['frames', () => generator.interpolate({ frames })],
      ['keys', () => generator.interpolate({ keys: frames })],
    ]),
    ...[0, 1e10, 1e300].map((epochs): [string, () => Promise<unknown>] => [
      'epochs',
      () => trainer.train({ epochs }).next(),
    ]),
    ...[0, 2e15, 1e300].map((steps): [string, () => Promise<unknown>] => [
      'steps',
      () => trainer.train({ steps }).next(),
    ]),
    ['truncation', () => trainer.sample(1, { truncation: 0 })],
    ['truncation', () => generator.sample(1, { truncation: 2 })],
  ];
  for (const [name, ask] of asks) {
    await expect(ask()).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(new RegExp(`^Expected a (whole )?number .* for ${name} but`)),
    });
  }
  // The process and the generator go on.
  expect((await generator.sample(2, { seed: Number.MAX_SAFE_INTEGER })).length).toBe(2);
});
