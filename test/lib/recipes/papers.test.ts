/** Settings that the papers' recipes resolve to, each against the paper or its official code. */
import { describe, expect, it } from 'vitest';
import type { RecipeConfig } from '../../../lib/recipes/index.js';
import { resolveRecipe } from '../../../lib/recipes/index.js';

const image = { channels: 1, height: 28, width: 28 };
const resolve = (recipe: string, config: RecipeConfig = {}) =>
  resolveRecipe({ recipe, ...config }, { image, classes: 10 });

const adam = (learningRate: number, betas: [number, number]) => {
  const one = { kind: 'adam', learningRate, betas, epsilon: 1e-8, weightDecay: 0 };
  return { generator: one, discriminator: one };
};

describe('settings of the papers', () => {
  it('wgan: algorithm 1', () => {
    const rmsprop = { kind: 'rmsprop', learningRate: 5e-5, alpha: 0.99, momentum: 0 };
    expect(resolve('wgan')).toMatchObject({
      loss: { kind: 'wasserstein' },
      penalties: [],
      weightClipping: 0.01,
      optimizers: { generator: rmsprop, discriminator: rmsprop },
      discriminatorSteps: 5,
      generatorSteps: 1,
      batch: 64,
      latentSize: 100,
      latentDistribution: 'normal',
    });
  });

  it('wgan-gp: algorithm 1', () => {
    expect(resolve('wgan-gp')).toMatchObject({
      loss: { kind: 'wasserstein' },
      penalties: [{ kind: 'gradientPenalty', weight: 10, target: 1, sided: 'two', interval: 1 }],
      weightClipping: null,
      optimizers: adam(1e-4, [0, 0.9]),
      discriminatorSteps: 5,
      batch: 64,
      latentSize: 128,
    });
  });

  it('lsgan: least squares on the networks of dcgan', () => {
    expect(resolve('lsgan')).toMatchObject({
      loss: { kind: 'leastSquares', labelSmoothing: 0 },
      optimizers: adam(2e-4, [0.5, 0.999]),
      discriminatorSteps: 1,
      batch: 64,
      models: resolve('dcgan').models,
    });
  });

  it('sngan: setting C', () => {
    const recipe = resolve('sngan');
    expect(recipe).toMatchObject({
      loss: { kind: 'hinge' },
      penalties: [],
      optimizers: adam(2e-4, [0.5, 0.999]),
      discriminatorSteps: 1,
      batch: 64,
      latentSize: 128,
      classes: 0,
    });
  });

  it('sngan: conditional where it is asked for', () => {
    const { models, classes } = resolve('sngan', { classes: 10 });
    expect(classes).toBe(10);
    expect(models.generator.inputs['label']).toEqual({ classes: 10 });
    expect(models.discriminator?.inputs['label']).toEqual({ classes: 10 });
  });

  it('pacgan: only the input of D differs from dcgan', () => {
    const recipe = resolve('pacgan');
    expect(recipe).toMatchObject({
      loss: { kind: 'nonSaturating' },
      packing: 2,
      batch: 128,
      generatorSteps: 2,
      latentDistribution: 'uniform',
      optimizers: adam(2e-4, [0.5, 0.999]),
      image,
    });
    const { generator, discriminator } = resolve('dcgan').models;
    expect(recipe.models.generator).toEqual(generator);
    expect(recipe.models.discriminator).toEqual({
      ...discriminator,
      inputs: { image: { shape: [2, 28, 28] } },
    });
  });

  it('packing: of any recipe without labels in D', () => {
    const packed = (recipe: string, config: RecipeConfig) =>
      resolve(recipe, config).models.discriminator?.inputs['image'];
    expect(packed('gan-2014', { packing: 3, batch: 99 })).toEqual({ shape: [3, 28, 28] });
    expect(packed('keras-mnist', { packing: 2 })).toEqual({ shape: [2, 28, 28] });
    expect(() => resolve('dcgan', { packing: 2, classes: 10 })).toThrow(
      /^packing: expected 1 for a discriminator that .* labels?,? but received 2$/,
    );
    expect(() => resolve('dcgan', { packing: 0 })).toThrow(/^packing: expected .* received 0$/);
  });

  it('progan: the official configuration for one GPU', () => {
    const square = { channels: 3, height: 1024, width: 1024 };
    expect(resolveRecipe({ recipe: 'progan' }, { image: square })).toMatchObject({
      loss: { kind: 'wasserstein' },
      penalties: [
        { kind: 'gradientPenalty', weight: 10, target: 1, sided: 'two', interval: 1 },
        { kind: 'drift', weight: 0.001, interval: 1 },
      ],
      optimizers: adam(1e-3, [0, 0.99]),
      discriminatorSteps: 1,
      ema: { decay: 0.999 },
      batch: 4,
      growing: {
        from: 4,
        batches: { 4: 128, 8: 128, 16: 128, 32: 64, 64: 32, 128: 16, 256: 8, 512: 4 },
        learningRateFactors: { 1024: 1.5 },
        resetOptimizers: true,
      },
      classes: 0,
    });
  });

  it.each([
    // Counted in pixels, 3×4 is nearest to 4×4, 12×16 to 16×16, 48×64 to 64×64.
    [48, 64, 3, { 3: 128, 6: 128, 12: 128, 24: 64, 48: 32 }],
    [28, 28, 7, { 7: 128, 14: 128, 28: 64 }],
    [36, 64, 9, { 9: 128, 18: 64, 36: 32 }],
  ])(
    'progan at %i×%i begins at its smallest size, with batches by its pixels',
    (height, width, from, batches) => {
      const image = { channels: 3, height, width };
      expect(resolveRecipe({ recipe: 'progan' }, { image }).growing).toMatchObject({
        from,
        batches,
      });
    },
  );

  it('acgan: CIFAR-10, table 2', () => {
    expect(resolve('acgan')).toMatchObject({
      loss: { kind: 'nonSaturating', classification: { discriminator: 1, generator: 1 } },
      optimizers: adam(2e-4, [0.5, 0.999]),
      batch: 100,
      classes: 10,
      duration: { images: 50_000 * 100 },
    });
  });

  it('cgan: section 4.1', () => {
    const recipe = resolve('cgan');
    expect(recipe).toMatchObject({
      latentSize: 100,
      latentDistribution: 'uniform',
      batch: 100,
      classes: 10,
      optimizers: {
        generator: { kind: 'sgd', momentum: 0.5, learningRate: { schedule: 'linear', from: 0.1 } },
        discriminator: { kind: 'sgd', learningRate: { from: 0.02 } },
      },
    });
    // The line ends where the paper's exponential is after as many batches.
    const { learningRate } = recipe.optimizers.generator;
    const { to, images } = learningRate as { to: number; images: number };
    expect(to).toBeCloseTo(0.1 * 1.00004 ** -(images / recipe.batch), 2);
  });

  it('r3gan: the schedules of the preset FFHQ-64, over a shorter burn-in', () => {
    const cosine = (from: number, to: number) => ({
      schedule: 'cosine',
      from,
      to,
      images: 1_000_000,
      start: 0,
    });
    const one = { kind: 'adam', learningRate: cosine(2e-4, 5e-5), betas: [0, cosine(0.9, 0.99)] };
    expect(resolve('r3gan')).toMatchObject({
      loss: { kind: 'relativisticPairing' },
      penalties: [
        { kind: 'r1', weight: cosine(2, 0.2), interval: 1 },
        { kind: 'r2', weight: cosine(2, 0.2), interval: 1 },
      ],
      optimizers: { generator: one, discriminator: one },
      ema: { halfLife: cosine(0, 25_000) },
      augment: { kind: 'ada', target: null, probability: cosine(0, 0.3) },
      latentSize: 64,
      batch: 64,
    });
  });

  it('r3gan: widths that divide into groups', () => {
    expect(() => resolve('r3gan', { model: { width: 12 } })).toThrow(
      /^model.width: expected a multiple of 8 but received 12$/,
    );
  });
});

describe('recipes that need labels', () => {
  it.each(['acgan', 'cgan'])('%s takes the classes of the data', (recipe) => {
    const { models, classes } = resolve(recipe);
    expect(classes).toBe(10);
    expect(models.generator.inputs['label']).toEqual({ classes: 10 });
    expect(resolve(recipe, { classes: 12 }).classes).toBe(12);
    expect(() => resolve(recipe, { classes: 0 })).toThrow(
      `classes: expected 1 or more for ${recipe} but received 0`,
    );
    const unlabelled = (config: RecipeConfig) => () =>
      resolveRecipe({ recipe, ...config }, { image });
    expect(unlabelled({})).toThrow(
      `Expected labelled data for ${recipe} but the data has no labels`,
    );
    expect(unlabelled({})).toThrow(expect.objectContaining({ code: 'INVALID_DATA' }));
    expect(unlabelled({ classes: 10 })).toThrow(
      'Expected labelled data for 10 classes but the data has no labels',
    );
  });

  it.each(['wgan', 'lsgan', 'sngan', 'r3gan'])('%s needs none, and takes them', (recipe) => {
    expect(resolveRecipe({ recipe }, { image }).classes).toBe(0);
    expect(resolve(recipe).classes).toBe(0);
    expect(resolve(recipe, { classes: 10 }).models.generator.inputs).toHaveProperty('label');
  });

  it('wgan-gp has no label input', () => {
    expect(() => resolve('wgan-gp', { classes: 10 })).toThrow(
      /^classes: expected 0, for the networks of wgan-gp have no label input, but received 10$/,
    );
  });
});
