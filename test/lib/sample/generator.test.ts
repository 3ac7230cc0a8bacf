import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Generator } from '../../../lib/sample/generator.js';
import { latentPath, slerp } from '../../../lib/sample/path.js';
import { describe as inspect } from '../../../lib/train/inspect.js';
import { Trainer } from '../../../lib/train/trainer.js';
import { conditionalRecipe, tinyData, tinyRecipe } from '../../helpers/tiny.js';

let dir: string;
let own: number[];
let many: Uint8Array;
/** So many that they take two native calls of the generator, and one of the trainer. */
const manyCount = 33_000;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ganode-'));
  for (const [name, recipe, labelled] of [
    ['plain', tinyRecipe(), false],
    ['conditional', conditionalRecipe(), true],
  ] as const) {
    await using trainer = await Trainer.create({
      recipe,
      data: tinyData(40, labelled),
      out: join(dir, name),
    });
    for await (const _ of trainer.train()) {
      // to the end
    }
    if (labelled) continue;
    own = [...(await trainer.sample(5, { seed: 9 })).data];
    many = (await trainer.sample(manyCount, { seed: 1 })).data;
  }
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('Generator', () => {
  it('makes the images that the trainer makes, the same for a seed, in parts of any size', async () => {
    await using generator = await Generator.load(join(dir, 'plain'));
    const images = await generator.sample(5, { seed: 9 });
    expect(images.shape).toEqual([5, 1, 8, 8]);
    expect([...images.data]).toEqual(own);
    expect([...(await generator.sample(5, { seed: 10 })).data]).not.toEqual(own);
    const inParts = await generator.sample(manyCount, { seed: 1 });
    expect(inParts.shape).toEqual([manyCount, 1, 8, 8]);
    expect(Buffer.from(inParts.data).equals(many)).toBe(true);
    const bytes = await generator.sample(100, { seed: 1 });
    const raw = await generator.sampleRaw(100, { seed: 1 });
    raw.data.forEach((value, i) => {
      expect(Math.abs(value)).toBeLessThanOrEqual(1);
      expect(bytes.data[i]).toBe(Math.round(Math.fround(Math.fround(value + 1) * 127.5)));
    });
  });

  it('has averaged weights, and others without', async () => {
    await using plain = await Generator.load(join(dir, 'plain'), { ema: false });
    expect([...(await plain.sample(5, { seed: 9 })).data]).not.toEqual(own);
  });

  it('truncates: smaller latents, less variety', async () => {
    await using generator = await Generator.load(join(dir, 'plain'));
    const spread = async (truncation?: number): Promise<number> => {
      const { data } = await generator.sampleRaw(64, { ...(truncation && { truncation }) });
      const mean = Array.from(
        { length: 64 },
        (_, p) => data.filter((_, i) => i % 64 === p).reduce((a, b) => a + b) / 64,
      );
      return data.reduce((sum, value, i) => sum + (value - (mean[i % 64] as number)) ** 2, 0);
    };
    expect(await spread(0.1)).toBeLessThan((await spread()) / 4);
  });

  it('interpolates along a loop', async () => {
    await using generator = await Generator.load(join(dir, 'plain'));
    const images = await generator.interpolate({ frames: 12, keys: 3 });
    expect(images.shape).toEqual([12, 1, 8, 8]);
    await expect(generator.interpolate({ keys: 1 })).rejects.toThrow(/keys/);
  });

  it('takes labels where it is conditional, and only there', async () => {
    await using generator = await Generator.load(join(dir, 'conditional'));
    expect(generator.classes).toBe(3);
    const [zero, two] = [
      await generator.sample(4, { labels: 0 }),
      await generator.sample(4, { labels: [2, 2, 2, 2] }),
    ];
    expect([...zero.data]).not.toEqual([...two.data]);
    await expect(generator.sample(4)).rejects.toThrow(
      'Expected class indices from 0 to 2, as the generator is conditional, for labels but received nothing',
    );
    await expect(generator.interpolate()).rejects.toThrow(/for label but received nothing$/);
    await expect(generator.sample(2, { labels: [0, 3] })).rejects.toThrow(
      /from 0 to 2 for labels but received 3/,
    );
    await expect(generator.sample(2, { labels: [0] })).rejects.toThrow(
      /Expected 2 classes, one an image/,
    );
    await using plain = await Generator.load(join(dir, 'plain'));
    await expect(plain.sample(1, { labels: 0 })).rejects.toThrow(
      /none, as the generator has no classes/,
    );
  });

  it('refuses what it cannot do', async () => {
    await using generator = await Generator.load(join(dir, 'plain'));
    await expect(generator.sample(0)).rejects.toThrow(
      /whole number from 1 for count but received 0/,
    );
    await expect(generator.sample(1, { truncation: 2 })).rejects.toThrow(
      /above 0 and up to 1 for truncation/,
    );
    await generator.dispose();
    await generator.dispose();
    await expect(generator.sample(1)).rejects.toMatchObject({ code: 'DISPOSED' });
    await expect(Generator.load(join(dir, 'nowhere'))).rejects.toMatchObject({ code: 'IO' });
    await expect(Generator.load(dir)).rejects.toThrow(/expected a run with a checkpoint/);
  });
});

describe('latent paths', () => {
  it('slerp keeps the length and meets both ends', () => {
    const a = Float32Array.of(3, 0);
    const b = Float32Array.of(0, 3);
    expect([...slerp(a, b, 0)]).toEqual([3, 0]);
    expect(Math.hypot(...slerp(a, b, 0.5))).toBeCloseTo(3, 6);
    expect(slerp(a, b, 0.5)[0]).toBeCloseTo(3 * Math.SQRT1_2, 6);
    expect([...slerp(a, a, 0.5)]).toEqual([3, 0]);
    // Latents of one value lie on one line.
    expect([...slerp(Float32Array.of(1), Float32Array.of(-3), 0.5)]).toEqual([-1]);
  });

  it('visits its keys at even distances', () => {
    const keys = [Float32Array.of(0), Float32Array.of(4), Float32Array.of(0)];
    expect([...latentPath(keys, 5, { loop: false, spherical: false })]).toEqual([0, 2, 4, 2, 0]);
    expect([...latentPath(keys.slice(0, 2), 4, { loop: true, spherical: false })]).toEqual([
      0, 2, 4, 2,
    ]);
  });
});

describe('describe', () => {
  it('tells what a run holds', async () => {
    const found = await inspect(join(dir, 'plain'));
    expect(found).toMatchObject({
      step: 20,
      images: 160,
      hasEma: true,
      data: { name: 'array', length: 40, dtype: 'uint8' },
    });
    expect(found.generatorParameters).toBe(16 * 6 + 16 + 32 + 64 * 16 + 64);
    expect((await inspect(found.checkpoint)).checkpoints).toEqual([]);
  });
});
