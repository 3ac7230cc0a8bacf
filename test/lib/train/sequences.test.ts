/** Training on what is no image of bytes, and what comes of it: pictures, arrays, measures. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sequences } from '../../../lib/data/sequences.js';
import { evaluate } from '../../../lib/evaluate/evaluate.js';
import { valuesExtractor } from '../../../lib/evaluate/values.js';
import { conv2d, dense, flatten, type GraphSpec, graph, input } from '../../../lib/graph/index.js';
import { parseNpy } from '../../../lib/image/npy.js';
import { Generator } from '../../../lib/sample/generator.js';
import { ganode } from '../../helpers/child.js';
import { temporaryDir, tinyRecipe } from '../../helpers/tiny.js';
import { train } from './training.js';

const data = sequences({
  name: 'ramps',
  values: Float32Array.from({ length: 80 * 12 }, (_, i) => ((i * 7919) % 200) / 100 - 1),
  steps: 6,
  features: 2,
});
const recipe = {
  recipe: 'rcgan',
  model: { latentSize: 2, generatorUnits: 6, discriminatorUnits: 6 },
  batch: 8,
  threads: 1,
  duration: { images: 32 },
};

async function trained(): Promise<string> {
  const out = join(await temporaryDir(), 'run');
  await train({ recipe, data, out });
  return out;
}

describe('sequences in training', () => {
  it('are drawn as curves, and written as they are', async () => {
    const out = await trained();
    const picture = await sharp(join(out, 'samples', '000004.png')).metadata();
    // 64 panels of 96×64.
    expect(picture).toMatchObject({ width: 8 * 102 + 6, height: 8 * 70 + 6, channels: 3 });
    const npy = join(out, 'made.npy');
    const grid = join(out, 'made.png');
    expect(
      await ganode('generate', out, '--count', '3', '--seed', '5', '--npy', npy, '--grid', grid),
    ).toMatchObject({ code: 0, stdout: `${grid}\n${npy}\n` });
    await using generator = await Generator.load(out, { threads: 1 });
    expect(generator.dtype).toBe('float32');
    const raw = await generator.sampleRaw(3, { seed: 5 });
    expect(parseNpy(await readFile(npy), npy)).toEqual({ shape: [3, 6, 2], data: raw.data });
    expect(await sharp(grid).metadata()).toMatchObject({ width: 2 * 102 + 6 });
    expect(await ganode('generate', out, '--png', join(out, 'pngs'))).toMatchObject({
      code: 2,
      stderr: 'ganode: Expected --npy or --grid for a generator whose values are no pixels\n',
    });
  });

  it('are measured by their values, beside the floor', async () => {
    const run = await trained();
    const options = { run, data, count: 40, cache: false, threads: 1 };
    const report = await evaluate(options);
    expect(report.extractor).toEqual({ id: 'values', description: 'the values themselves' });
    expect(report.truncation).toBeUndefined();
    const distance = report.metrics.find(({ name }) => name === 'kernelDistance');
    expect(distance?.value).toBeGreaterThan(10 * Math.abs(distance?.floor?.value ?? 1));
    const truncated = await evaluate({ ...options, truncation: 0.1 });
    expect(truncated.truncation).toBe(0.1);
    expect(truncated.metrics[1]?.value).not.toBe(distance?.value);
    await expect(evaluate({ ...options, truncation: 2 })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });

  it('of bytes are scaled before they are features', async () => {
    const { features } = await valuesExtractor().extract({
      shape: [2, 1, 1, 2],
      data: Uint8Array.of(0, 255, 51, 204),
    });
    expect(features).toMatchObject({ count: 2, size: 2 });
    for (const [i, value] of [-1, 1, -0.6, 0.6].entries()) {
      expect(features.data[i]).toBeCloseTo(value, 6);
    }
  });
});

describe('a discriminator with several logits', () => {
  const models = (logits: 2 | 'patches') => {
    const image = input('image', { shape: [1, 8, 8] });
    const x = flatten(image);
    const { generator } = (tinyRecipe() as { models: { generator: GraphSpec } }).models;
    const whole = dense(x, { units: 2 });
    const patches = conv2d(image, { filters: 1, kernel: 3, padding: 'same' });
    const shaped = logits === 2 ? whole : patches;
    return { generator, discriminator: graph({ logits: shaped }) };
  };

  it.each([2, 'patches'] as const)('trains, with penalties: %s', async (logits) => {
    const penalties = [
      { kind: 'r1', weight: 1 },
      { kind: 'gradientPenalty', weight: 1 },
      { kind: 'leCam' },
    ];
    const events = await train({ recipe: tinyRecipe({ models: models(logits), penalties }) });
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'completed' });
  });

  it('is refused where one logit is needed', async () => {
    const together = tinyRecipe({ models: models(2), update: 'simultaneous' });
    await expect(train({ recipe: together })).rejects.toThrow(
      "update: 'simultaneous' expects one logit an image, and the discriminator has [2]",
    );
  });
});
