/** Mixtures of experts, trained and sampled. */
import { describe, expect, it } from 'vitest';
import { progressLine } from '../../../lib/cli/progress.js';
import { ArrayDataset } from '../../../lib/data/dataset.js';
import { Generator } from '../../../lib/sample/generator.js';
import type { ProgressEvent } from '../../../lib/train/events.js';
import { Trainer } from '../../../lib/train/trainer.js';
import { temporaryDir } from '../../helpers/tiny.js';
import { train } from '../train/training.js';

const data = new ArrayDataset({
  images: Uint8Array.from({ length: 64 * 784 }, (_, i) => (i * 7919) % 256),
  shape: { channels: 1, height: 28, width: 28 },
});

const config = (recipe: string) => ({
  recipe,
  model: { experts: 3, width: 2 },
  batch: 16,
  threads: 1,
  duration: { images: 64 },
});

async function trained(recipe: string): Promise<{ out: string; last: ProgressEvent }> {
  const out = await temporaryDir();
  const events = await train({ recipe: config(recipe), data, out });
  const last = events.filter((event) => event.type === 'progress').at(-1);
  return { out, last: last as ProgressEvent };
}

describe.each(['mgan', 'megan'])('%s', (recipe) => {
  it("reports experts' use, and samples by the gate or by one of them", async () => {
    const { out, last } = await trained(recipe);
    const uses = [0, 1, 2].map((k) => last.metrics[`expertUse.${k}`] as number);
    expect(uses.reduce((sum, use) => sum + use)).toBeCloseTo(1, 5);
    expect(progressLine(last)).toMatch(/ \| experts [123]\.\d of 3 \| /);

    await using generator = await Generator.load(out);
    expect(generator.experts).toBe(3);
    const all = await generator.expertUse(200, { seed: 1 });
    expect(all.reduce((sum, use) => sum + use)).toBeCloseTo(1, 5);
    for (const use of all) expect(Number.isInteger(Math.round(use * 2000) / 10)).toBe(true);
    const images = await generator.sample(12, { seed: 1 });
    const parts: Uint8Array[] = [];
    for await (const part of generator.batches(12, 5, { seed: 1 })) parts.push(part.data);
    expect(Buffer.concat(parts).equals(Buffer.from(images.data))).toBe(true);
    const ofEach = await Promise.all(
      [0, 1, 2].map((expert) => generator.sample(12, { seed: 1, expert })),
    );
    const pixel = (of: { data: Uint8Array }, i: number) =>
      Buffer.from(of.data.subarray(784 * i, 784 * (i + 1))).toString('hex');
    for (let i = 0; i < 12; i += 1) {
      // Each image is made by one of the experts, from the same latent.
      expect(ofEach.map((of) => pixel(of, i))).toContain(pixel(images, i));
    }
    expect(new Set(ofEach.map((of) => pixel(of, 0))).size).toBe(3);
    expect(await generator.expertUse(5, { expert: 2 })).toEqual([0, 0, 1]);
    await expect(generator.sample(1, { expert: 3 })).rejects.toThrow(
      'Expected a whole number from 0 to 2 for expert but received 3 of type number',
    );
  });
});

describe('a single generator', () => {
  it('has no experts', async () => {
    const out = await temporaryDir();
    await train({
      recipe: { ...config('dcgan'), model: { width: 2 } },
      data,
      out,
    });
    await using generator = await Generator.load(out);
    expect(generator.experts).toBe(0);
    expect(await generator.expertUse(4)).toEqual([]);
    await expect(generator.sample(1, { expert: 0 })).rejects.toThrow(
      'Expected none, as the generator is no mixture, for expert but received 0 of type number',
    );
  });
});

describe('an annealed soft gate', () => {
  it('samples a checkpoint at the temperature of its step, as the training session does', async () => {
    const { graph: g } = await import('../../../lib/index.js');
    const latent = g.input('z', { shape: [6] });
    const temperature = { schedule: 'linear', from: 5, to: 0.01, images: 128 } as const;
    const gate = g.gate(g.dense(latent, { units: 3 }), undefined, { kind: 'soft', temperature });
    const pixels = g.mixture(g.dense(latent, { units: 3 * 784 }), gate);
    const x = g.flatten(g.input('image', { shape: [1, 28, 28] }));
    const models = {
      generator: g.graph({ image: g.reshape(g.tanh(pixels), { shape: [1, 28, 28] }), gate }),
      discriminator: g.graph({ logits: g.dense(x, { units: 1 }) }),
    };
    const sgd = { kind: 'sgd', learningRate: 1e-9 };
    const rest = {
      loss: { kind: 'nonSaturating' },
      optimizers: { generator: sgd, discriminator: sgd },
    };
    const out = await temporaryDir();
    const recipe = { ...config('soft'), model: {}, models, ...rest };
    await using trainer = await Trainer.create({ recipe, data, out });
    for await (const _ of trainer.train());
    await using generator = await Generator.load(out);
    const [session, loaded] = [await trainer.sampleRaw(4), await generator.sampleRaw(4)];
    expect([...loaded.data]).toEqual([...session.data]);
    // Half way, at 2.5: far from what 0.01 gives, weights of nearly 0 and 1.
    const gates = await generator.expertUse(1);
    expect(Math.max(...gates)).toBeLessThan(0.8);
  });
});
