/** MGAN and MEGAN: what they are made of, and what mixtures refuse. */

import { describe, expect, it } from 'vitest';
import type { GraphSpec } from '../../../lib/graph/spec.js';
import { type RecipeConfig, resolveRecipe } from '../../../lib/recipes/index.js';
import { inspect, operators, shapesOf } from '../../helpers/network.js';

const image = { channels: 1, height: 28, width: 28 };
const resolve = (recipe: string, config: RecipeConfig = {}, shape = image) =>
  resolveRecipe({ recipe, ...config }, { image: shape });

describe('mgan', () => {
  it('has the official settings and, at its width and 32×32, the official networks', () => {
    const adam = { kind: 'adam', learningRate: 2e-4, betas: [0.5, 0.999] };
    const recipe = resolve(
      'mgan',
      { model: { width: 128 } },
      { channels: 3, height: 32, width: 32 },
    );
    expect(recipe).toMatchObject({
      loss: { kind: 'nonSaturating', experts: { discriminator: 1, generator: 0.01 } },
      optimizers: { generator: adam, discriminator: adam },
      latentDistribution: 'uniform',
      batch: 64,
      latentSize: 110,
    });
    const { generator, discriminator } = recipe.models;
    expect(shapesOf(generator, 'mixture')).toEqual([[512 * 16]]);
    expect(shapesOf(generator, 'convTranspose2d')).toEqual([
      [256, 8, 8],
      [128, 16, 16],
      [3, 32, 32],
    ]);
    const first = 10 * 8192 * (100 + 1 + 2);
    const shared = 25 * (512 * 256 + 256 * 128 + 128 * 3) + 256 + 128 + 3 + 2 * (256 + 128);
    expect(inspect(generator).parameters).toBe(first + shared);
    expect(shapesOf(discriminator as GraphSpec, 'conv2d')).toEqual([
      [128, 16, 16],
      [256, 8, 8],
      [512, 4, 4],
    ]);
    const { outputs } = inspect(discriminator as GraphSpec);
    expect([outputs['logits']?.shape, outputs['expertLogits']?.shape]).toEqual([[1], [10]]);
  });
});

describe('megan', () => {
  it('has groups for experts, and a gate that anneals', () => {
    const recipe = resolve('megan', { model: { experts: 3, width: 4 } });
    expect(recipe).toMatchObject({ latentSize: 103, penalties: [{ kind: 'loadBalance' }] });
    const { generator } = recipe.models;
    expect(shapesOf(generator, 'convTranspose2d')).toEqual([
      [24, 7, 7],
      [12, 14, 14],
      [3, 28, 28],
    ]);
    expect(shapesOf(generator, 'mixture')).toEqual([[1, 28, 28]]);
    expect(operators(generator)).toContain('globalAvgPool');
    expect(generator.nodes.find(({ op }) => op === 'gate')).toMatchObject({
      temperature: { schedule: 'linear', from: 1, to: 0.5 },
    });
    expect(inspect(generator).outputs['gate']?.shape).toEqual([3]);
  });
});

describe('mixtures refuse', () => {
  it.each(['mgan', 'megan'])('%s without experts', (recipe) => {
    expect(() => resolve(recipe, { model: { experts: 0 } })).toThrow(
      /^model\.experts: expected number to be >=1 but received 0$/,
    );
  });

  it('images packed for a discriminator that tells experts', () => {
    expect(() => resolve('mgan', { packing: 2 })).toThrow(
      'packing: expected 1 for a discriminator that tells experts but received 2',
    );
  });

  it('uniform latents where the gate makes Gumbel noise of them', () => {
    expect(() => resolve('megan', { latentDistribution: 'uniform' })).toThrow(
      "latentDistribution: expected 'normal', for the gate's noise, but received \"uniform\"",
    );
    expect(() => resolve('mgan', { latentDistribution: 'normal' })).not.toThrow();
  });

  it('a gate that is no gate', () => {
    const temperature = { schedule: 'linear', from: 1, to: 0, images: 5 };
    expect(() => resolve('megan', { model: { temperature } })).toThrow(/^model\.temperature/);
  });
});
