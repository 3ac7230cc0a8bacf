/** Recipes with an encoder: what they resolve to, and what does not go together. */
import { describe, expect, it } from 'vitest';
import { applySettings, type RecipeConfig, resolveRecipe } from '../../../lib/recipes/index.js';

const image = { channels: 1, height: 28, width: 28 };
const resolve = (config: RecipeConfig) => resolveRecipe(config, { image });

describe('autoencoders', () => {
  it.each([
    ['vae', ['encoder', 'generator']],
    ['vae-gan', ['encoder', 'generator', 'discriminator']],
    ['aae', ['encoder', 'generator', 'discriminator']],
    ['avb', ['encoder', 'generator', 'discriminator']],
    ['dcgan', ['generator', 'discriminator']],
  ])('%s has %j', (recipe, names) => {
    const resolved = resolve({ recipe });
    expect(Object.keys(resolved.models).sort()).toEqual([...names].sort());
    expect(Object.keys(resolved.optimizers).sort()).toEqual([...names].sort());
    // What a run writes down resolves to itself.
    expect(resolve(JSON.parse(JSON.stringify(resolved)))).toEqual(resolved);
  });

  it('have the settings of the papers', () => {
    const adagrad = { kind: 'adagrad', learningRate: 0.01, epsilon: 1e-10 };
    expect(resolve({ recipe: 'vae' })).toMatchObject({
      autoencoding: { kind: 'vae', likelihood: { kind: 'bernoulli' }, beta: 1 },
      optimizers: { encoder: adagrad, generator: adagrad },
      batch: 100,
    });
    const rmsprop = { kind: 'rmsprop', learningRate: 3e-4 };
    expect(resolve({ recipe: 'vae-gan' })).toMatchObject({
      latentSize: 128,
      batch: 64,
      autoencoding: { kind: 'vaeGan', gamma: 1e-5, beta: 1 },
      optimizers: { encoder: rmsprop, generator: rmsprop, discriminator: rmsprop },
    });
    expect(resolve({ recipe: 'aae' })).toMatchObject({
      latentSize: 8,
      latentDistribution: 'normal',
    });
    expect(resolve({ recipe: 'avb' }).optimizers).toMatchObject({
      encoder: { learningRate: 1e-4, betas: [0.5, 0.999] },
      discriminator: { learningRate: 2e-4 },
    });
  });

  it('take networks of the user', () => {
    const { models } = resolve({ recipe: 'vae', model: { units: 7 } });
    const own = resolve({
      recipe: 'mine',
      models,
      autoencoding: { kind: 'vae' },
      optimizers: resolve({ recipe: 'vae' }).optimizers,
      batch: 3,
      duration: { epochs: 1 },
    });
    expect(own).toMatchObject({ recipe: 'mine', latentSize: 20, models });
    expect(() => applySettings(own, ['model.units=3'])).toThrow(/the config carries its networks/);
  });

  it('freeze layers of the encoder', () => {
    const { models } = resolve({ recipe: 'aae', freeze: { encoder: 1 } });
    expect(models.encoder?.nodes.filter(({ frozen }) => frozen).map(({ name }) => name)).toEqual([
      'dense',
    ]);
  });

  it.each<[RegExp, RecipeConfig]>([
    [
      /models\.encoder: expected a network, as dcgan has none/,
      { recipe: 'dcgan', autoencoding: { kind: 'vae' } },
    ],
    [
      /models\.discriminator: expected nothing, as there is no discriminator/,
      { recipe: 'vae', models: { discriminator: resolve({}).models.discriminator } },
    ],
    [
      /optimizers\.discriminator: expected nothing/,
      { recipe: 'vae', optimizers: { discriminator: { kind: 'sgd', learningRate: 1 } } },
    ],
    [
      /^loss: expected nothing for vae, whose objective is its own/,
      { recipe: 'vae', loss: { kind: 'hinge' } },
    ],
    [
      /loss\.kind: expected minimax or nonSaturating for vaeGan/,
      { recipe: 'vae-gan', loss: { kind: 'hinge' } },
    ],
    [/penalties: expected \[\] with autoencoding/, { recipe: 'aae', penalties: [{ kind: 'r1' }] }],
    [/augment: expected null with autoencoding/, { recipe: 'vae-gan', augment: { kind: 'ada' } }],
    [/discriminatorSteps: expected 1 with autoencoding/, { recipe: 'avb', discriminatorSteps: 2 }],
    [
      /latentDistribution: expected 'normal' for vae/,
      { recipe: 'vae', latentDistribution: 'uniform' },
    ],
    [/Unknown option "autoencoding\.gamma"/, { recipe: 'vae', autoencoding: { gamma: 3 } }],
    [/autoencoding\.kind: expected/, { recipe: 'vae', autoencoding: { kind: 'vqvae' } }],
    [
      /autoencoding\.likelihood\.deviation: expected/,
      { recipe: 'vae', autoencoding: { likelihood: { kind: 'gaussian', deviation: 0 } } },
    ],
    [/classes: expected 0/, { recipe: 'vae', classes: 10 }],
    [
      /loss: expected an object/,
      {
        recipe: 'x',
        models: resolve({}).models,
        optimizers: resolve({}).optimizers,
        batch: 1,
        duration: { epochs: 1 },
      },
    ],
  ])('refuse with %s', (message, config) => {
    expect(() => resolve(config)).toThrow(message);
  });
});
