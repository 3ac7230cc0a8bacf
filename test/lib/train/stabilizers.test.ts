/** Everything that has a state of its own beside the weights, resumed; transfer, frozen layers, standing statistics. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  batchNorm,
  conv2d,
  dense,
  flatten,
  graph,
  input,
  leakyRelu,
  relu,
  reshape,
  tanh,
} from '../../../lib/graph/index.js';
import { native } from '../../../lib/native.js';
import { resolveRecipe } from '../../../lib/recipes/index.js';
import { Generator } from '../../../lib/sample/generator.js';
import type { ProgressEvent, TrainEvent } from '../../../lib/train/events.js';
import { temporaryDir, tinyRecipe } from '../../helpers/tiny.js';
import { at, tensorsOf, train } from './training.js';

const image = { channels: 1, height: 8, width: 8 };

/** D with spectral normalization, on `packing` images at once. */
function models(packing = 1): Record<string, unknown> {
  const z = input('z', { shape: [6] });
  const h = relu(batchNorm(dense(z, { units: 16 })));
  const x = input('image', { shape: [packing, 8, 8] });
  const d = leakyRelu(conv2d(x, { filters: 4, kernel: 4, stride: 2, spectralNorm: true }));
  return {
    generator: graph({ image: reshape(tanh(dense(h, { units: 64 })), { shape: [1, 8, 8] }) }),
    discriminator: graph({ logits: dense(flatten(d), { units: 1, spectralNorm: true }) }),
  };
}

const cosine = (from: number, to: number): unknown => ({
  schedule: 'cosine',
  from,
  to,
  images: 160,
});

const everything = {
  models: models(2),
  packing: 2,
  loss: { kind: 'nonSaturating', labelSmoothing: 0.1, topK: cosine(1, 0.5) },
  penalties: [
    { kind: 'r1', weight: cosine(2, 0.2), interval: 3 },
    { kind: 'gradientPenalty', weight: 1, interval: 4 },
    { kind: 'leCam', weight: 0.3 },
    { kind: 'consistency', shift: 1, realWeight: 1, fakeWeight: 1 },
    { kind: 'orthogonal', weight: 1e-3 },
  ],
  augment: { kind: 'ada', pipeline: ['bgc'], target: 0.1, speed: 200, interval: 2 },
  ema: { halfLife: cosine(0, 100), rampUp: 0.5 },
  weightClipping: 0.5,
};

const progressOf = (events: TrainEvent[]): ProgressEvent[] =>
  events.filter((event) => event.type === 'progress');

describe('all stabilizers together', () => {
  it('resume exactly: 20 steps, and 9 and 11 more, give the same bits', async () => {
    const [whole, parts] = [await temporaryDir(), await temporaryDir()];
    const recipe = tinyRecipe({ ...everything, checkpoint: { every: 9, keep: null } });
    await train({ out: whole, recipe });
    await train({ out: parts, recipe: { ...recipe, duration: { images: 9 * 8 } } });
    await train({ out: parts, resume: true, recipe: { duration: { images: 160 } } });
    const [a, b] = [await tensorsOf(at(whole, 20)), await tensorsOf(at(parts, 20))];
    expect(Object.keys(a)).toEqual(
      expect.arrayContaining([
        'augment',
        'procedure.average.average',
        'procedure.average1.average',
        'discriminator.conv2d.spectralU',
      ]),
    );
    expect(b).toEqual(a);
  });

  it('report every number there is, and leave out a penalty that was not due', async () => {
    const events = await train({ recipe: tinyRecipe({ ...everything, reportEvery: 1 }) });
    const [first, second] = progressOf(events).map(({ metrics }) => metrics);
    for (const name of [
      'discriminatorGradientNorm',
      'generatorGradientNorm',
      'sampleDiversity',
      'discriminatorSaturation',
      'augmentProbability',
      'penalty.r1',
      'penalty.leCam',
      'penalty.consistency',
      'penalty.orthogonal',
    ]) {
      expect(first, name).toHaveProperty([name]);
    }
    expect(second).not.toHaveProperty(['penalty.r1']);
    const p = progressOf(events).map(({ metrics }) => metrics.augmentProbability);
    expect(new Set(p).size).toBeGreaterThan(2);
  });
});

describe('transfer', () => {
  it('takes what fits, tells what does not, and starts the rest anew', async () => {
    const [first, second] = [await temporaryDir(), await temporaryDir()];
    await train({ out: first, recipe: tinyRecipe({ models: models() }) });
    const z = input('z', { shape: [6] });
    const wide = relu(batchNorm(dense(z, { units: 24 })));
    const other = {
      ...models(),
      generator: graph({ image: reshape(tanh(dense(wide, { units: 64 })), { shape: [1, 8, 8] }) }),
    };
    const rate = { kind: 'sgd', learningRate: 1e-30 };
    const still = { generator: rate, discriminator: rate };
    const events = await train({
      out: second,
      transfer: first,
      recipe: tinyRecipe({ models: other, optimizers: still, duration: { images: 8 } }),
    });
    const warnings = events.filter((event) => event.type === 'warning');
    expect(warnings.map(({ kind }) => kind)).toEqual(['transfer']);
    expect(warnings[0]?.message).toMatch(
      /tensors of other shapes start anew: generator\.dense\.weight \(expected \[24, 6\], it has \[16, 6\]\)/,
    );
    const [before, after] = [await tensorsOf(at(first, 20)), await tensorsOf(at(second, 1))];
    expect(after['discriminator.conv2d.weight']).toBe(before['discriminator.conv2d.weight']);
    expect(after['generator.dense.weight']).not.toBe(before['generator.dense.weight']);
    const lines = (await readFile(join(second, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    expect(JSON.parse(lines[0] as string).warning.kind).toBe('transfer');
    const config = JSON.parse(await readFile(join(second, 'config.json'), 'utf8'));
    expect(config.transfer).toBe(first);
  });

  it('refuses a checkpoint of which nothing fits, and resuming at once', async () => {
    const first = await temporaryDir();
    await train({ out: first, recipe: tinyRecipe({ duration: { images: 8 } }) });
    const graphs = {
      generator: graph({
        image: reshape(dense(input('z', { shape: [6] }), { units: 64, name: 'a' }), {
          shape: [1, 8, 8],
        }),
      }),
      discriminator: graph({
        logits: dense(flatten(input('image', { shape: [1, 8, 8] })), { units: 1, name: 'b' }),
      }),
    };
    await expect(
      train({ transfer: first, recipe: tinyRecipe({ models: graphs }) }),
    ).rejects.toThrow(/expected weights that fit one of the networks, and none does/);
    await expect(train({ transfer: first, resume: first })).rejects.toThrow(
      'Expected one of resume and transfer, not both',
    );
  });
});

describe('freeze', () => {
  const resolve = (freeze: unknown) =>
    resolveRecipe(tinyRecipe({ models: models(), freeze }), { image }).models.discriminator
      ?.nodes ?? [];

  it('marks the first layers with weights, or the named ones', () => {
    expect(resolve({ discriminator: 1 }).filter(({ frozen }) => frozen)).toMatchObject([
      { name: 'conv2d' },
    ]);
    expect(resolve({ discriminator: ['dense'] }).filter(({ frozen }) => frozen)).toMatchObject([
      { name: 'dense' },
    ]);
  });

  it('keeps their weights in training', async () => {
    const out = await temporaryDir();
    const recipe = tinyRecipe({
      models: models(),
      freeze: { discriminator: 1 },
      checkpoint: { every: 1, keep: null },
      duration: { images: 24 },
    });
    await train({ out, recipe });
    const [first, last] = [await tensorsOf(at(out, 1)), await tensorsOf(at(out, 3))];
    expect(last['discriminator.conv2d.weight']).toBe(first['discriminator.conv2d.weight']);
    expect(last['discriminator.dense.weight']).not.toBe(first['discriminator.dense.weight']);
  });

  it('refuses what is no layer', () => {
    expect(() => resolve({ discriminator: ['conv9'] })).toThrow(
      /^freeze\.discriminator: expected names of layers with weights \(conv2d, dense1?\) but received "conv9"$/,
    );
    expect(() => resolve({ discriminator: 3 })).toThrow(
      /^freeze\.discriminator: expected at most 2, the layers with weights, but received 3$/,
    );
  });
});

describe('standing statistics', () => {
  it('are the mean over batches of fakes', async () => {
    const out = await temporaryDir();
    await train({ out, recipe: tinyRecipe() });
    await using plain = await Generator.load(out);
    await using standing = await Generator.load(out, { standingStatistics: 3 });
    const values = async (one: Generator): Promise<Float32Array> =>
      (await one.sampleRaw(4, { seed: 1 })).data;
    expect(await values(standing)).not.toEqual(await values(plain));
    await using again = await Generator.load(out, { standingStatistics: 3 });
    expect(await values(again)).toEqual(await values(standing));
  });

  it('of one batch normalize that batch as training does', async () => {
    const out = await temporaryDir();
    await train({ out, recipe: tinyRecipe() });
    await using standing = await Generator.load(out, { standingStatistics: 1 });
    const { data } = await standing.sampleRaw(64, { seed: 0 });
    const checkpoint = at(out, 20);
    const opened = await native().openGenerator(checkpoint, {});
    const latents = await opened.drawLatents({ count: 64, seed: 0 });
    const { outputs } = await opened.forward({
      inputs: { z: { shape: [64, 6], data: latents } },
      training: true,
    });
    await opened.dispose();
    const wanted = outputs['image']?.data as Float32Array;
    // Running variances are unbiased, a batch's own is not: they differ by a factor of 64/63.
    const worst = data.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (wanted[i] as number))),
      0,
    );
    expect(worst).toBeLessThan(0.02);
  });
});

describe('wrong settings are one clear line', () => {
  it.each([
    [
      { loss: { kind: 'hinge', labelSmoothing: 0.1 } },
      /^loss\.labelSmoothing: expected 0, as the hinge/,
    ],
    [
      { loss: { kind: 'relativisticPairing', topK: 0.5 } },
      /^loss\.topK: expected null, as the relat/,
    ],
    [{ loss: { kind: 'nope' } }, /^loss\.kind: expected /],
    [{ penalties: [{ kind: 'r9' }] }, /^penalties\.0/],
    [{ penalties: [{ kind: 'r1', interval: 0 }] }, /^penalties\.0\.interval: expected /],
    [
      { penalties: [{ kind: 'r1', wieght: 1 }] },
      /^Unknown option "penalties\.0\.wieght"; did you mean "weight"/,
    ],
    [{ weightClipping: -1 }, /^weightClipping: expected /],
    [{ packing: 3 }, /^batch: expected a multiple of packing \(3\) but received 8$/],
    [
      {
        optimizers: { generator: { kind: 'adam', learningRate: { schedule: 'cosine', from: 1 } } },
      },
      /^optimizers\.generator\.learningRate/,
    ],
    [{ augment: { kind: 'none' } }, /^augment/],
    [{ freeze: { discriminator: -1 } }, /^freeze\.discriminator/],
  ])('%o', (overrides, message) => {
    const config = tinyRecipe({ models: models(), ...overrides });
    expect(() => resolveRecipe(config, { image })).toThrow(message);
  });
});
