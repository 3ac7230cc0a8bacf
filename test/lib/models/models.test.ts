import { describe, expect, it, onTestFinished } from 'vitest';
import type { GraphSpec } from '../../../lib/graph/index.js';
import { dcganDiscriminator, dcganGenerator } from '../../../lib/models/dcgan.js';
import { gan2014Discriminator, gan2014Generator } from '../../../lib/models/gan-2014.js';
import { kerasMnistDiscriminator, kerasMnistGenerator } from '../../../lib/models/keras-mnist.js';
import {
  type GraphReport,
  type NativeNetwork,
  native,
  type TensorData,
} from '../../../lib/native.js';

const inspect = (spec: GraphSpec): GraphReport => native().inspectGraph(JSON.stringify(spec));
const shapesOf = (spec: GraphSpec, op: string): number[][] =>
  inspect(spec)
    .nodes.filter((node) => node.op === op)
    .map(({ shape }) => shape);

async function network(spec: GraphSpec): Promise<NativeNetwork> {
  const made = await native().createNetwork(JSON.stringify(spec), { seed: 1, threads: 1 });
  onTestFinished(() => made.dispose());
  return made;
}

async function read(from: NativeNetwork, name: string): Promise<Float32Array> {
  const tensors = await from.readTensors([name]);
  return (tensors[name] as TensorData).data as Float32Array;
}

function spread(values: ArrayLike<number>): { mean: number; std: number } {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  return { mean, std: Math.sqrt(all.reduce((sum, v) => sum + (v - mean) ** 2, 0) / all.length) };
}

const grey28 = { channels: 1, height: 28, width: 28 };
const colour64 = { channels: 3, height: 64, width: 64 };
const dcganOptions = { latentSize: 100, width: 64 };

describe('keras-mnist', () => {
  it('has the layers of the article', () => {
    const generator = kerasMnistGenerator({ latentSize: 100 });
    expect(shapesOf(generator, 'dense')).toEqual([[128], [6272]]);
    expect(shapesOf(generator, 'convTranspose2d')).toEqual([
      [128, 14, 14],
      [64, 28, 28],
    ]);
    expect(inspect(generator).outputs['image']?.shape).toEqual([1, 28, 28]);
    // 100·128 + 128, 128·6272 + 6272, 128·128·16 + 128, 128·64·16 + 64, 64·49 + 1
    expect(inspect(generator).parameters).toBe(12_928 + 809_088 + 262_272 + 131_136 + 3_137);

    const discriminator = kerasMnistDiscriminator();
    expect(shapesOf(discriminator, 'conv2d')).toEqual([
      [64, 14, 14],
      [128, 7, 7],
    ]);
    // 16·64 + 64, 64·128·16 + 128, 6272 + 1
    expect(inspect(discriminator).parameters).toBe(1_088 + 131_200 + 6_273);
    expect(discriminator.nodes.some(({ op }) => op === 'sigmoid')).toBe(false);
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
    const kinds = (spec: GraphSpec): string[] => spec.nodes.map(({ op }) => op);
    expect(kinds(dcganGenerator(grey28, dcganOptions, 0))).toEqual([
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
    expect(kinds(dcganDiscriminator(grey28, dcganOptions, 0))).toEqual([
      'conv2d',
      'leakyRelu',
      'conv2d',
      'batchNorm',
      'leakyRelu',
      'conv2d',
      'reshape',
    ]);
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
    const label = (value: number) => ({ shape: [1], data: Int32Array.of(value) });
    const run = async (spec: GraphSpec, name: string, shape: number[], of: number) => {
      const made = await network(spec);
      const length = shape.reduce((a, b) => a * b);
      const input = { shape, data: Float32Array.from({ length }, (_, i) => Math.sin(i)) };
      const { outputs } = await made.forward({ inputs: { [name]: input, label: label(of) } });
      return Array.from(Object.values(outputs)[0]?.data as Float32Array);
    };
    const generator = dcganGenerator(grey28, options, 10);
    const image = await run(generator, 'z', [1, 8], 3);
    expect(image).toHaveLength(784);
    expect(await run(generator, 'z', [1, 8], 3)).toEqual(image);
    expect(await run(generator, 'z', [1, 8], 4)).not.toEqual(image);
    expect(image.every((value) => value >= -1 && value <= 1)).toBe(true);

    const discriminator = dcganDiscriminator(grey28, options, 10);
    const logit = await run(discriminator, 'image', [1, 1, 28, 28], 3);
    expect(logit).toHaveLength(1);
    expect(await run(discriminator, 'image', [1, 1, 28, 28], 4)).not.toEqual(logit);
  });

  it.each([
    [8, 8],
    [30, 30],
    [512, 512],
    [28, 32],
  ])('refuses %i×%i', (height, width) => {
    const image = { channels: 1, height, width };
    for (const build of [dcganGenerator, dcganDiscriminator]) {
      expect(() => build(image, dcganOptions, 0)).toThrow(
        `for dcgan but received 1×${height}×${width}`,
      );
    }
  });
});
