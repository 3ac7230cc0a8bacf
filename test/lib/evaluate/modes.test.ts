import { describe, expect, it } from 'vitest';
import { ArrayDataset } from '../../../lib/data/dataset.js';
import { openMixture } from '../../../lib/data/mixture.js';
import { stackDigits } from '../../../lib/data/stacked-mnist.js';
import { evaluate } from '../../../lib/evaluate/evaluate.js';
import type { FeatureExtractor } from '../../../lib/evaluate/extractor.js';
import { dense, flatten, graph, input, reshape } from '../../../lib/graph/index.js';
import type { RecipeConfig } from '../../../lib/recipes/index.js';
import { by, Quarters, trained } from '../../helpers/evaluation.js';
import { tinyRecipe } from '../../helpers/tiny.js';

describe('data whose modes are known', () => {
  function pointRecipe(): RecipeConfig {
    const z = input('z', { shape: [6] });
    const image = reshape(dense(z, { units: 2 }), { shape: [2, 1, 1] });
    const x = flatten(input('image', { shape: [2, 1, 1] }));
    const models = {
      generator: graph({ image }),
      discriminator: graph({ logits: dense(x, { units: 1 }) }),
    };
    return tinyRecipe({ models });
  }

  it('ring: modes, beside those of real points', async () => {
    const data = openMixture('ring', { count: 5000 });
    const run = await trained(pointRecipe(), data);
    const report = await evaluate({ run, data });
    expect(report).toMatchObject({ fakes: 2500, reals: 2500, floorReals: 2500, data: 'ring' });
    expect(report.extractor).toBeUndefined();
    expect(by(report, 'modes').floor).toEqual({ value: 8 });
    expect(by(report, 'highQuality').floor?.value).toBeCloseTo(0.989, 2);
    expect(by(report, 'highQuality').value).toBeLessThan(0.1);
    expect(by(report, 'reverseKl').floor?.value).toBeLessThan(0.01);
    const extractor = new Quarters();
    await expect(evaluate({ run, data, extractor })).rejects.toThrow(
      'Expected none, as points of ring have no features for extractor but received "quarters"',
    );
    await expect(evaluate({ run, data, metrics: ['recall'] })).rejects.toThrow(
      'Unknown metric "recall"; expected one of modes, highQuality, reverseKl',
    );
  });

  it('stacked-mnist: modes by the digits of each channel', async () => {
    const z = input('z', { shape: [6] });
    const image = reshape(dense(z, { units: 192 }), { shape: [3, 8, 8] });
    const x = flatten(input('image', { shape: [3, 8, 8] }));
    const discriminator = graph({ logits: dense(x, { units: 1 }) });
    const recipe = tinyRecipe({ models: { generator: graph({ image }), discriminator } });
    // Digits that are told apart by their first pixel.
    const digits = new ArrayDataset({
      name: 'mnist',
      images: Uint8Array.from({ length: 640 }, (_, i) => (i % 64 === 0 ? i / 64 : 0)),
      shape: { channels: 1, height: 8, width: 8 },
      labels: Array.from({ length: 10 }, (_, i) => i),
    });
    const data = stackDigits(digits, { count: 3000 });
    const run = await trained(recipe, data);
    const extractor: FeatureExtractor = {
      id: 'first',
      description: 'first pixel',
      extract: async ({ shape: [count = 0], data }) => {
        const logits = new Float32Array(10 * count);
        for (let i = 0; i < count; i += 1) logits[10 * i + ((data[64 * i] as number) % 10)] = 1;
        const table = { count, size: 10, data: logits };
        return { features: table, logits: table };
      },
      dispose: async () => undefined,
    };
    const report = await evaluate({ run, data, extractor, count: 1000 });
    expect(report).toMatchObject({ fakes: 1000, reals: 1000, extractor: { id: 'first' } });
    expect(report.metrics.map(({ name }) => name)).toEqual(['modes', 'reverseKl']);
    // 1,000 draws of 1,000 modes find 1 - 1/e of them.
    const floor = by(report, 'modes').floor?.value as number;
    expect(Math.abs(floor - 632)).toBeLessThan(40);
    await expect(evaluate({ run, data, extractor: new Quarters(), count: 10 })).rejects.toThrow(
      'expected an extractor that tells 10 digits apart but received one without',
    );
  });
});
