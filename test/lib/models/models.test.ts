import { describe, expect, it } from 'vitest';
import { dcganDiscriminator, dcganGenerator } from '../../../lib/models/dcgan.js';
import { gan2014Discriminator, gan2014Generator } from '../../../lib/models/gan-2014.js';
import { kerasMnistDiscriminator, kerasMnistGenerator } from '../../../lib/models/keras-mnist.js';
import {
  colour64,
  grey28,
  inspect,
  network,
  operators,
  read,
  run,
  shapesOf,
  spread,
} from '../../helpers/network.js';

const dcganOptions = { latentSize: 100, width: 64 };

describe('keras-mnist', () => {
  it('has the layers of the tutorial', () => {
    const generator = kerasMnistGenerator(grey28, { latentSize: 100 });
    expect(shapesOf(generator, 'dense')).toEqual([[128], [6272]]);
    expect(shapesOf(generator, 'convTranspose2d')).toEqual([
      [128, 14, 14],
      [64, 28, 28],
    ]);
    expect(inspect(generator).outputs['image']?.shape).toEqual([1, 28, 28]);
    // 100·128 + 128, 128·6272 + 6272, 128·128·16 + 128, 128·64·16 + 64, 64·49 + 1
    expect(inspect(generator).parameters).toBe(12_928 + 809_088 + 262_272 + 131_136 + 3_137);

    const discriminator = kerasMnistDiscriminator(grey28);
    expect(shapesOf(discriminator, 'conv2d')).toEqual([
      [64, 14, 14],
      [128, 7, 7],
    ]);
    // 16·64 + 64, 64·128·16 + 128, 6272 + 1
    expect(inspect(discriminator).parameters).toBe(1_088 + 131_200 + 6_273);
    expect(discriminator.nodes.some(({ op }) => op === 'sigmoid')).toBe(false);
  });

  it('is as wide as told', () => {
    const generator = kerasMnistGenerator(grey28, { latentSize: 100, width: 16 });
    expect(shapesOf(generator, 'convTranspose2d')).toEqual([
      [32, 14, 14],
      [16, 28, 28],
    ]);
    expect(shapesOf(kerasMnistDiscriminator(grey28, { width: 16 }), 'conv2d')).toEqual([
      [16, 14, 14],
      [32, 7, 7],
    ]);
  });

  it('is not changed by generatorNorm, unless it says batch', () => {
    const plain = kerasMnistGenerator(grey28, { latentSize: 100 });
    expect(kerasMnistGenerator(grey28, { latentSize: 100, generatorNorm: 'none' })).toEqual(plain);
    expect(operators(plain)).not.toContain('batchNorm');
  });

  it('normalizes the hidden layers of G by generatorNorm, before each activation', async () => {
    const generator = kerasMnistGenerator(grey28, { latentSize: 100, generatorNorm: 'batch' });
    const hidden = generator.nodes.filter(({ op }) => op === 'batchNorm');
    expect(hidden).toHaveLength(4);
    expect(
      generator.nodes.filter(({ op }) => op === 'leakyRelu').map(({ inputs }) => inputs),
    ).toEqual(hidden.map(({ name }) => [name]));
    // The biases of the plain form give way to a scale and a shift each; the last layer keeps its own.
    const biases = 128 + 6272 + 128 + 64;
    expect(inspect(generator).parameters).toBe(1_218_561 + biases);
    expect((await run(await network(generator), 'z', [100]))['image']).toHaveLength(784);
  });
});

describe('gan-2014', () => {
  const options = { latentSize: 100, generatorUnits: 1200, discriminatorUnits: 240, pieces: 5 };

  it('has the layers of the official code', () => {
    const generator = gan2014Generator(grey28, options);
    expect(shapesOf(generator, 'dense')).toEqual([[1200], [1200], [784]]);
    // 100·1200 + 1200, 1200·1200 + 1200, 1200·784 + 784
    expect(inspect(generator).parameters).toBe(121_200 + 1_441_200 + 941_584);

    const discriminator = gan2014Discriminator(grey28, options);
    expect(shapesOf(discriminator, 'maxout')).toEqual([[240], [240]]);
    expect(discriminator.nodes.filter(({ op }) => op === 'dropout').map((n) => n['rate'])).toEqual([
      0.2, 0.5, 0.5,
    ]);
    // 784·1200 + 1200, 240·1200 + 1200, 240 + 1
    expect(inspect(discriminator).parameters).toBe(942_000 + 289_200 + 241);
  });

  it('draws uniform weights within the bounds of the official code', async () => {
    const made = await network(gan2014Generator(grey28, options));
    const values = await read(made, 'dense1.weight');
    const { mean, std } = spread(values);
    expect(mean).toBeCloseTo(0, 3);
    expect(std).toBeCloseTo(0.05 / Math.sqrt(3), 3);
    expect(values.every((value) => Math.abs(value) <= 0.05)).toBe(true);
  });

  it('makes images of any shape', () => {
    const wide = { channels: 3, height: 5, width: 9 };
    expect(inspect(gan2014Generator(wide, options)).outputs['image']?.shape).toEqual([3, 5, 9]);
    expect(inspect(gan2014Discriminator(wide, options)).outputs['logits']?.shape).toEqual([1]);
  });
});

describe('dcgan', () => {
  it('equals the official PyTorch example at 64×64: layers and parameters', () => {
    const generator = dcganGenerator(colour64, dcganOptions, 0);
    const discriminator = dcganDiscriminator(colour64, dcganOptions, 0);
    expect(shapesOf(generator, 'convTranspose2d')).toEqual([
      [512, 4, 4],
      [256, 8, 8],
      [128, 16, 16],
      [64, 32, 32],
      [3, 64, 64],
    ]);
    expect(shapesOf(discriminator, 'conv2d')).toEqual([
      [64, 32, 32],
      [128, 16, 16],
      [256, 8, 8],
      [512, 4, 4],
      [1, 1, 1],
    ]);
    expect(inspect(generator).parameters).toBe(3_576_704);
    expect(inspect(discriminator).parameters).toBe(2_765_568);
  });

  it('has no batch norm at the output of G and at the input of D', () => {
    expect(operators(dcganGenerator(grey28, dcganOptions, 0))).toEqual([
      'reshape',
      'convTranspose2d',
      'batchNorm',
      'relu',
      'convTranspose2d',
      'batchNorm',
      'relu',
      'convTranspose2d',
      'tanh',
    ]);
    expect(operators(dcganDiscriminator(grey28, dcganOptions, 0))).toEqual([
      'conv2d',
      'leakyRelu',
      'conv2d',
      'batchNorm',
      'leakyRelu',
      'conv2d',
      'reshape',
    ]);
  });

  it('without batch norm in D, has biases there, and mixes no samples', () => {
    const discriminator = dcganDiscriminator(
      grey28,
      { ...dcganOptions, discriminatorNorm: 'none' },
      0,
    );
    expect(operators(discriminator)).not.toContain('batchNorm');
    // The inner layer's 128 biases, for 2 × 128 scales and shifts.
    const normalized = inspect(dcganDiscriminator(grey28, dcganOptions, 0));
    expect(inspect(discriminator).parameters).toBe(normalized.parameters - 128);
  });

  it('without batch norm in G, has biases in its hidden layers', () => {
    const generator = dcganGenerator(grey28, { ...dcganOptions, generatorNorm: 'none' }, 0);
    expect(operators(generator)).not.toContain('batchNorm');
    // 128 + 64 biases, for 2 × (128 + 64) scales and shifts; the last layer has none either way.
    const normalized = inspect(dcganGenerator(grey28, dcganOptions, 0));
    expect(inspect(generator).parameters).toBe(normalized.parameters - 192);
    const biased = generator.nodes.filter(({ op }) => op === 'convTranspose2d');
    expect(biased.map(({ bias }) => bias)).toEqual([true, true, false]);
  });

  it('draws weights from N(0, 0.02), and scales of batch norm from N(1, 0.02)', async () => {
    const made = await network(dcganGenerator(grey28, dcganOptions, 0));
    const weight = spread(await read(made, 'convTranspose2d.weight'));
    expect(weight.mean).toBeCloseTo(0, 3);
    expect(weight.std).toBeCloseTo(0.02, 3);
    const scale = spread(await read(made, 'batchNorm.weight'));
    expect(Math.abs(scale.mean - 1)).toBeLessThan(0.01);
    expect(Math.abs(scale.std - 0.02)).toBeLessThan(0.005);
  });

  it('listens to the label, in both networks', async () => {
    const options = { latentSize: 8, width: 4 };
    const generator = await network(dcganGenerator(grey28, options, 10));
    const { image } = await run(generator, 'z', [8], 3);
    expect(image).toHaveLength(784);
    expect(await run(generator, 'z', [8], 3)).toEqual({ image });
    expect(await run(generator, 'z', [8], 4)).not.toEqual({ image });
    expect(image?.every((value) => value >= -1 && value <= 1)).toBe(true);

    const discriminator = await network(dcganDiscriminator(grey28, options, 10));
    const { logits } = await run(discriminator, 'image', [1, 28, 28], 3);
    expect(logits).toHaveLength(1);
    expect(await run(discriminator, 'image', [1, 28, 28], 4)).not.toEqual({ logits });
  });

  it.each([
    [8, 8],
    [30, 30],
    [512, 512],
    [28, 30],
  ])('refuses %i×%i', (height, width) => {
    const image = { channels: 1, height, width };
    for (const build of [dcganGenerator, dcganDiscriminator]) {
      expect(() => build(image, dcganOptions, 0)).toThrow(
        `for dcgan but received 1×${height}×${width}`,
      );
    }
  });
});
