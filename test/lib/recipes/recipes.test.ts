import { describe, expect, it } from 'vitest';
import { dense, graph, input, reshape } from '../../../lib/graph/index.js';
import { native } from '../../../lib/native.js';
import { applySettings, recipes, resolveRecipe } from '../../../lib/recipes/index.js';
import { merge } from '../../../lib/recipes/merge.js';

const mnist = { image: { channels: 1, height: 28, width: 28 }, classes: 10 };
/** MNIST, in a size that the recipe takes. */
const mnistFor = (name: string) => (name === 'progan' ? { ...square(32, 1), classes: 10 } : mnist);
const square = (height: number, channels = 3) => ({ image: { channels, height, width: height } });
const count = (graph: unknown): number => native().inspectGraph(JSON.stringify(graph)).parameters;

/** Every setting whose size nothing else bounds: what float32 would make infinite or 0. */
const beyondFloat32 = [
  ...[
    'weightClipping',
    'optimizers.generator.learningRate',
    'optimizers.discriminator.epsilon',
    'optimizers.generator.weightDecay',
    'optimizers.discriminator.betas.0',
    'loss.classification.generator',
    'loss.experts.discriminator',
    'penalties.0.weight',
    'penalties.0.target',
    'penalties.1.scale',
    'penalties.2.realWeight',
    'penalties.2.fakeWeight',
    'penalties.2.shift',
    'ema.halfLife',
    'ema.rampUp',
    'duration.epochs',
  ].map((path) => [path, 1e308] as const),
  ...[
    'weightClipping',
    'optimizers.generator.learningRate',
    'optimizers.generator.epsilon',
    'penalties.1.scale',
    'ema.rampUp',
  ].map((path) => [path, 1e-320] as const),
].map(([path, value]) => {
  const config: Record<string, unknown> = {
    penalties: [{ kind: 'gradientPenalty' }, { kind: 'dragan' }, { kind: 'consistency' }],
    ema: { halfLife: 1000 },
    optimizers: {
      generator: { kind: 'adam', learningRate: 1e-3, betas: [0.5, 0.9] },
      discriminator: { kind: 'adam', learningRate: 1e-3, betas: [0.5, 0.9] },
    },
  };
  const keys = path.split('.');
  let at = config;
  for (const key of keys.slice(0, -1)) {
    at[key] ??= {};
    at = at[key] as Record<string, unknown>;
  }
  at[keys.at(-1) as string] = value;
  const escaped = path.replaceAll('.', '\\.');
  return [
    config,
    new RegExp(`^${escaped}: expected .* but received ${String(value).replace('+', '\\+')}$`),
  ];
});

describe('recipes', () => {
  it.each(recipes.map(({ name }) => name))('%s resolves for MNIST, and to itself again', (name) => {
    const data = mnistFor(name);
    const recipe = resolveRecipe({ recipe: name }, data);
    const { generator, discriminator } = recipe.models;
    const { channels, height, width } = data.image;
    expect(native().inspectGraph(JSON.stringify(generator)).outputs['image']?.shape).toEqual([
      channels,
      height,
      width,
    ]);
    if (discriminator) {
      const { outputs } = native().inspectGraph(JSON.stringify(discriminator));
      // A verdict for each of the 28 rows, where they are the steps of a sequence.
      expect(outputs['logits']?.shape).toEqual([name === 'rcgan' ? 28 : 1]);
    }
    // A VAE has no discriminator; whatever else has none has an encoder at the least.
    expect(discriminator !== undefined || recipe.models.encoder !== undefined).toBe(true);
    expect(resolveRecipe(JSON.parse(JSON.stringify(recipe)), data)).toEqual(recipe);
  });

  it('dcgan has the parameters of the official PyTorch example at 64×64', () => {
    const { models } = resolveRecipe({}, square(64));
    expect([count(models.generator), count(models.discriminator)]).toEqual([3_576_704, 2_765_568]);
  });

  it.each([16, 28, 32, 64, 128, 256])('dcgan makes square images of %i', (size) => {
    const { models } = resolveRecipe({ model: { width: 4 }, classes: 0 }, square(size));
    const shape = native().inspectGraph(JSON.stringify(models.generator)).outputs['image']?.shape;
    expect(shape).toEqual([3, size, size]);
  });

  it('dcgan takes classes', () => {
    const { models, classes } = resolveRecipe({ classes: 10 }, mnist);
    expect(classes).toBe(10);
    expect(models.generator.inputs['label']).toEqual({ classes: 10 });
    expect(models.discriminator?.inputs['label']).toEqual({ classes: 10 });
  });

  it('keeps what keras-mnist prints', () => {
    const recipe = resolveRecipe({ recipe: 'keras-mnist' }, mnist);
    expect(recipe.optimizers.generator).toMatchObject({
      kind: 'adam',
      learningRate: 1e-4,
      betas: [0.9, 0.999],
    });
    expect(recipe.seed).toBe(42);
    expect(count(recipe.models.discriminator)).toBe(
      64 * 17 - 64 + 64 + 128 * 64 * 16 + 128 + 6272 + 1,
    );
    expect(recipe.model).toEqual({ latentSize: 100, width: 64, generatorNorm: 'none' });
    const { models } = resolveRecipe(
      { recipe: 'keras-mnist', model: { generatorNorm: 'batch' } },
      mnist,
    );
    expect(models.generator.nodes.filter(({ op }) => op === 'batchNorm')).toHaveLength(4);
    expect(models.discriminator).toEqual(recipe.models.discriminator);
  });

  it.each([
    [{ recipe: 'dcgam' }, /Unknown recipe "dcgam"; did you mean "dcgan"\?/],
    [{ bacth: 3 }, /Unknown option "bacth"; did you mean "batch"\?/],
    [{ model: { widht: 3 } }, /Unknown option "model.widht"; did you mean "width"\?/],
    [
      { optimizers: { generator: { learningRat: 1 } } },
      /^Unknown option "optimizers.generator.learningRat"; did you mean "learningRate"\?$/,
    ],
    [{ batch: 0 }, /^batch: expected number to be >=1 but received 0$/],
    [{ batch: 'x' }, /^batch: expected number but received "x"$/],
    [{ precision: 'fp8' }, /^precision: expected one of .*fp32.* but received "fp8"$/],
    [{ tf32: 'yes' }, /^tf32: expected one of .*convolutions.* but received "yes"$/],
    [{ deterministic: 'yes' }, /^deterministic: expected boolean but received "yes"$/],
    [{ loss: { kind: 'hinges' } }, /^loss.kind: expected one of .* but received "hinges"$/],
    [
      { optimizers: { generator: { kind: 'adan', learningRate: 1 } } },
      /^optimizers.generator.kind: expected .*"adam".*"sgd".* but received "adan"$/,
    ],
    [
      { recipe: 'keras-mnist', image: { channels: 3, height: 32, width: 32 } },
      /^image: expected 1×28×28 for keras-mnist but received 3×32×32$/,
    ],
    [
      { image: { channels: 1, height: 30, width: 30 } },
      /^image: expected sides .* for dcgan but received 1×30×30; the nearest that fit are 32×32 and 28×28$/,
    ],
    [{ classes: 3 }, /^classes: expected at least 10, the number of the data's classes, but/],
    [
      { recipe: 'gan-2014', classes: 10 },
      /^classes: expected 0, for the networks of gan-2014 have/,
    ],
    [{ classes: 'x' }, /^classes: expected number but received "x"$/],
    [{ latentSize: 64 }, /^latentSize: expected 100, .*model\.latentSize.* but received 64$/],
    [{ ema: { decya: 0.9 } }, /^Unknown option "ema\.decya"; did you mean "decay"\?$/],
    [{ ema: {} }, /^ema: expected {decay} or {halfLife} but received {}$/],
    [{ duration: 3 }, /^duration: expected {epochs} or {images} but received 3$/],
    [{ checkpoint: { evry: 3 } }, /^Unknown option "checkpoint\.evry"; did you mean "every"\?$/],
    [{ recipe: 5 }, /^recipe: expected the name of a recipe but received 5$/],
    [{ image: 5 }, /^image: expected object but received 5$/],
    [
      { batch: () => 1 },
      /^batch: expected plain data, as JSON has it, but received \(\) => 1 of type function$/,
    ],
    [{ batch: 5n }, /^batch: expected plain data, as JSON has it, but received 5 of type bigint$/],
    [
      { freeze: { encoder: 1 } },
      /^freeze\.encoder: expected 0, as dcgan has no encoder, but received 1$/,
    ],
    [
      { recipe: 'vae', freeze: { discriminator: ['dense'] } },
      /^freeze\.discriminator: expected 0, as vae has no discriminator, but received \["dense"\]$/,
    ],
    [
      { optimizers: { generator: { learningRate: 11 } } },
      /^optimizers\.generator\.learningRate: expected number to be <=10 but received 11$/,
    ],
    [{ batch: Number.NaN }, /^batch: expected number but received NaN$/],
    [{ batch: 2.5 }, /^batch: expected whole number but received 2.5$/],
    [{ version: 2 }, /^version: expected 1 but received 2$/],
    [{ models: 5 }, /^models: expected {generator, discriminator} but received 5$/],
    [
      { models: { generator: {}, discriminator: {} } },
      /^models.generator: expected a GraphSpec \(version, inputs, nodes, outputs\) but received {}$/,
    ],
    [
      { optimizers: { generator: { kind: 'sgd' } } },
      /^optimizers.generator.learningRate: expected number or {schedule, from, to, images} but received nothing$/,
    ],
    [null, /^recipe: expected an object but received null$/],
    ...beyondFloat32,
  ] as [never, RegExp][])('%o is one clear line', (config, message) => {
    expect(() => resolveRecipe(config, mnist)).toThrow(message);
    expect(() => resolveRecipe(config, mnist)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });

  it('wants labels where it is conditional', () => {
    expect(() => resolveRecipe({ classes: 10 }, square(64))).toThrow(/the data has no labels/);
  });
});

describe('what a config may leave out', () => {
  it('takes defaults from the paper, key by key', () => {
    const recipe = resolveRecipe(
      { optimizers: { generator: { learningRate: 1e-3 } }, duration: { images: 640 } },
      mnist,
    );
    expect(recipe.optimizers).toMatchObject({
      generator: { kind: 'adam', learningRate: 1e-3, betas: [0.5, 0.999] },
      discriminator: { kind: 'adam', learningRate: 2e-4, betas: [0.5, 0.999] },
    });
    expect(recipe.duration).toEqual({ images: 640 });
    expect([recipe.recipe, recipe.batch, recipe.latentSize]).toEqual(['dcgan', 128, 100]);
  });

  it('replaces one alternative with another', () => {
    const stored = { ema: { decay: 0.9 }, duration: { epochs: 1 } };
    const over = { ema: { halfLife: 1000 }, duration: { images: 5 } };
    expect(merge(stored, over)).toEqual(over);
  });

  it('has the settings of the 2014 code, with its halved D loss as half the rate', () => {
    expect(resolveRecipe({ recipe: 'gan-2014' }, mnist)).toMatchObject({
      latentDistribution: 'normal',
      batch: 100,
      optimizers: {
        generator: { kind: 'sgd', learningRate: 0.1, momentum: 0.5 },
        discriminator: { kind: 'sgd', learningRate: 0.05, momentum: 0.5 },
      },
    });
  });

  it('merges part of an image over that of the data', () => {
    expect(resolveRecipe({ image: { height: 64, width: 64 } }, mnist).image).toEqual({
      channels: 1,
      height: 64,
      width: 64,
    });
  });

  const mine = graph({
    image: reshape(dense(input('z', { shape: [7] }), { units: 784 }), { shape: [1, 28, 28] }),
  });

  it('keeps a network of the user, and reads the latent size from it', () => {
    const recipe = resolveRecipe({ models: { generator: mine } }, mnist);
    const built = resolveRecipe({}, mnist);
    expect(recipe.models).toEqual({
      generator: mine,
      discriminator: built.models.discriminator,
    });
    expect([recipe.latentSize, recipe.classes]).toEqual([7, 0]);
  });

  it('needs no known name when both networks are there, but every setting', () => {
    const { models } = resolveRecipe({ classes: 10 }, mnist);
    const { optimizers, loss, batch, duration } = resolveRecipe({}, mnist);
    const config = { recipe: 'mine', models, optimizers, loss, batch, duration };
    expect(resolveRecipe(config, mnist)).toMatchObject({ recipe: 'mine', models, classes: 10 });
    expect(() => resolveRecipe({ recipe: 'mine', models }, mnist)).toThrow(/^optimizers: expected/);
    const { loss: _, ...without } = config;
    expect(() => resolveRecipe(without, mnist)).toThrow(/^loss: expected/);
    expect(() => resolveRecipe({ ...config, classes: 5 }, mnist)).toThrow(
      /^classes: expected 10, as the input, but received 5$/,
    );
  });
});

describe('settings', () => {
  it('sets paths to JSON or text', () => {
    const config = applySettings({ recipe: 'dcgan' }, [
      'model.width=32',
      'ema={"decay":0.9}',
      'precision=bf16',
      'flip=true',
    ]);
    expect(config).toEqual({
      recipe: 'dcgan',
      model: { width: 32 },
      ema: { decay: 0.9 },
      precision: 'bf16',
      flip: true,
    });
  });

  it('replaces an optimizer of another kind whole', () => {
    const config = applySettings({}, ['optimizers.generator={"kind":"sgd","learningRate":0.1}']);
    expect(resolveRecipe(config, mnist).optimizers.generator).toEqual({
      kind: 'sgd',
      learningRate: 0.1,
      momentum: 0,
      nesterov: false,
      weightDecay: 0,
    });
  });

  it('refuses what would leave the networks of a resolved recipe as they are', () => {
    const resolved = resolveRecipe({}, mnist);
    expect(() => applySettings(resolved, ['model.width=8'])).toThrow(
      /--set model.width=8: the config carries its networks/,
    );
    expect(applySettings(resolved, ['batch=8'])).toEqual({ ...resolved, batch: 8 });
    expect(applySettings({ models: {} }, ['model.width=8'])).toEqual({
      models: {},
      model: { width: 8 },
    });
  });

  it('leaves the config that it was given as it was', () => {
    const config = { model: { width: 1 } };
    applySettings(config, ['model.width=2']);
    expect(config).toEqual({ model: { width: 1 } });
  });

  it.each(['width', '=3', 'a..b=1', '__proto__.x=1', 'recipe.x=1'])('refuses %s', (setting) => {
    expect(() => applySettings({ recipe: 'dcgan' }, [setting])).toThrow(/--set/);
  });
});
