/** Autoencoders of small runs: codes, reconstructions and bounds against their networks, asked one by one. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { ArrayDataset } from '../../../lib/data/dataset.js';
import { evaluate } from '../../../lib/evaluate/evaluate.js';
import type { GraphSpec } from '../../../lib/graph/index.js';
import { type NativeNetwork, native, type TensorData } from '../../../lib/native.js';
import { Autoencoder } from '../../../lib/sample/autoencoder.js';
import { Generator } from '../../../lib/sample/generator.js';
import { temporaryDir, tinyData, tinyRecipe } from '../../helpers/tiny.js';
import { at, train } from '../train/training.js';

const images = {
  shape: [5, 1, 28, 28],
  data: Uint8Array.from({ length: 5 * 784 }, (_, i) => (i * 37) % 256),
};
const data = new ArrayDataset({
  images: Uint8Array.from({ length: 80 * 784 }, (_, i) => (i * 7919) % 256),
  shape: { channels: 1, height: 28, width: 28 },
});
const models = {
  vae: { latentSize: 3, units: 8 },
  aae: { latentSize: 3, units: 8 },
  avb: { latentSize: 3, noiseSize: 2, units: 8, decoderUnits: 8, discriminatorUnits: 8 },
};

async function trained(
  recipe: keyof typeof models,
  more: Record<string, unknown> = {},
): Promise<string> {
  const out = await temporaryDir();
  const config = { recipe, model: models[recipe], batch: 8, threads: 1, duration: { images: 80 } };
  await train({ recipe: { ...config, ...more }, data, out });
  return out;
}

async function load(run: string): Promise<Autoencoder> {
  const autoencoder = await Autoencoder.load(run, { threads: 1 });
  onTestFinished(() => autoencoder.dispose());
  return autoencoder;
}

/** One network of a run by itself. */
async function networkOf(
  run: string,
  { recipe }: Autoencoder,
  name: 'encoder' | 'generator',
): Promise<NativeNetwork> {
  const session = await native().createSession(JSON.stringify(recipe));
  await session.load(at(run, 10));
  const tensors = Object.entries(await session.readTensors()).filter(([key]) =>
    key.startsWith(`${name}.`),
  );
  await session.dispose();
  const made = await native().createNetwork(JSON.stringify(recipe.models[name] as GraphSpec), {
    threads: 1,
  });
  onTestFinished(() => made.dispose());
  await made.writeTensors(
    Object.fromEntries(tensors.map(([key, value]) => [key.slice(name.length + 1), value])),
  );
  return made;
}

const floats = ({ data: values }: TensorData): number[] => Array.from(values as Float32Array);
const pixels = (): TensorData => ({
  shape: images.shape,
  data: Float32Array.from(images.data, (byte) => byte / 127.5 - 1),
});

describe('Autoencoder', () => {
  it('gives the mean of the posterior as code, and the image of it', async () => {
    const run = await trained('vae');
    const autoencoder = await load(run);
    const codes = await autoencoder.encode(images);
    expect(codes).toMatchObject({ count: 5, size: 3 });
    const encoder = await networkOf(run, autoencoder, 'encoder');
    const { outputs } = await encoder.forward({ inputs: { image: pixels() } });
    // Bytes are scaled in single precision there.
    floats(outputs['mean'] as TensorData).forEach((value, i) => {
      expect(codes.data[i]).toBeCloseTo(value, 6);
    });

    const generator = await networkOf(run, autoencoder, 'generator');
    const z = { shape: [5, 3], data: codes.data };
    const { image } = (await generator.forward({ inputs: { z } })).outputs;
    const bytes = floats(image as TensorData).map((value) => Math.round((value + 1) * 127.5));
    const made = await autoencoder.reconstruct(images);
    expect(made.shape).toEqual(images.shape);
    expect(Array.from(made.data)).toEqual(bytes);
    expect((await autoencoder.decode(codes)).data).toEqual(made.data);
    // Floats in [-1, 1] are the same images.
    const float = { shape: images.shape, data: pixels().data as Float32Array };
    (await autoencoder.encode(float)).data.forEach((value, i) => {
      expect(codes.data[i]).toBeCloseTo(value, 6);
    });
  });

  it('draws codes that lie around the mean, the same for a seed', async () => {
    const autoencoder = await load(await trained('vae'));
    const draw = async (seed: number) =>
      (await autoencoder.encode(images, { draw: true, seed })).data;
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
    expect(await draw(1)).not.toEqual((await autoencoder.encode(images)).data);
  });

  it('finds the bound: many draws come near to the mean over a grid of noise', async () => {
    const run = await trained('vae', { model: { latentSize: 1, units: 8 } });
    const autoencoder = await load(run);
    const {
      elbo,
      reconstruction,
      kl,
      images: count,
    } = await autoencoder.bound(images, { samples: 4000 });
    expect(count).toBe(5);
    const { outputs } = await (await networkOf(run, autoencoder, 'encoder')).forward({
      inputs: { image: pixels() },
    });
    const mean = floats(outputs['mean'] as TensorData);
    const logVariance = floats(outputs['logVariance'] as TensorData);
    const wanted =
      mean.reduce(
        (sum, m, i) =>
          sum + (m ** 2 + Math.exp(logVariance[i] as number) - 1 - (logVariance[i] as number)) / 2,
        0,
      ) / 5;
    expect(kl).toBeCloseTo(wanted, 5);
    expect(elbo).toBe(-(reconstruction + (kl as number)));
    // E over noise by the midpoints of 200 slices of its distribution, from -5 to 5.
    const generator = await networkOf(run, autoencoder, 'generator');
    let [total, weight] = [0, 0];
    for (let slice = 0; slice < 200; slice += 1) {
      const noise = -5 + (slice + 0.5) / 20;
      const density = Math.exp(-(noise ** 2) / 2);
      const z = Float32Array.from(
        mean,
        (m, i) => m + Math.exp((logVariance[i] as number) / 2) * noise,
      );
      const logits = floats(
        (await generator.forward({ inputs: { z: { shape: [5, 1], data: z } } })).outputs[
          'logits'
        ] as TensorData,
      );
      logits.forEach((a, i) => {
        const target = (images.data[i] as number) / 255;
        total += (density * (Math.log1p(Math.exp(-Math.abs(a))) + Math.max(a, 0) - target * a)) / 5;
      });
      weight += density;
    }
    expect(reconstruction / (total / weight)).toBeCloseTo(1, 4);
  });

  it('tells what it knows of a posterior without a density', async () => {
    const aae = await load(await trained('aae'));
    const found = await aae.bound(images);
    expect(Object.keys(found).sort()).toEqual(['images', 'reconstruction', 'squaredError']);
    const avb = await load(await trained('avb'));
    expect(Object.keys(await avb.bound(images)).sort()).toEqual([
      'elbo',
      'images',
      'kl',
      'reconstruction',
      'squaredError',
    ]);
    // Noise has a part in every code.
    expect((await avb.encode(images, { seed: 1 })).data).not.toEqual(
      (await avb.encode(images, { seed: 2 })).data,
    );
  });

  it('leads from real image to real image', async () => {
    const autoencoder = await load(await trained('vae'));
    const two = { shape: [2, 1, 28, 28], data: images.data.subarray(0, 2 * 784) };
    const path = await autoencoder.interpolate(two, { frames: 5, loop: false });
    expect(path.length).toBe(5);
    const ends = await autoencoder.reconstruct(two);
    expect(path.data.subarray(0, 784)).toEqual(ends.data.subarray(0, 784));
    expect(path.data.subarray(4 * 784)).toEqual(ends.data.subarray(784));
    await expect(
      autoencoder.interpolate({ shape: [1, 1, 28, 28], data: images.data.subarray(0, 784) }),
    ).rejects.toThrow(/2 images or more/);
    await expect(autoencoder.interpolate(two, { frames: 1 })).rejects.toThrow(
      /a whole number from 2 for frames/,
    );
  });

  it('refuses what does not fit, and a GAN', async () => {
    const autoencoder = await load(await trained('vae'));
    await expect(
      autoencoder.encode({ shape: [1, 1, 8, 8], data: new Uint8Array(64) }),
    ).rejects.toThrow(/N×1×28×28, as its encoder takes, for images but received "1×1×8×8"/);
    await expect(autoencoder.decode({ data: new Float32Array(4) })).rejects.toThrow(
      /rows of 3 for codes/,
    );
    const gan = await temporaryDir();
    await train({ recipe: tinyRecipe(), data: tinyData(), out: gan });
    await expect(Autoencoder.load(gan)).rejects.toMatchObject({
      code: 'CHECKPOINT_MISMATCH',
      message: expect.stringMatching(/expected an autoencoder, and its recipe has no encoder/),
    });
    await autoencoder.dispose();
    await expect(autoencoder.encode(images)).rejects.toThrow(/the autoencoder was disposed of/);
  });

  it('uses averaged weights of both networks, unless told not to', async () => {
    const run = await trained('vae', { ema: { decay: 0.9 } });
    const averaged = await load(run);
    const raw = await Autoencoder.load(run, { threads: 1, ema: false });
    expect((await averaged.encode(images)).data).not.toEqual((await raw.encode(images)).data);
    await raw.dispose();
  });

  it('starts from the weights of another training, the encoder too', async () => {
    const [from, out] = [await trained('vae'), await temporaryDir()];
    const config = {
      recipe: 'vae',
      model: models.vae,
      batch: 8,
      threads: 1,
      duration: { images: 8 },
      optimizers: Object.fromEntries(
        ['encoder', 'generator'].map((name) => [name, { kind: 'sgd', learningRate: 1e-30 }]),
      ),
    };
    const events = await train({ recipe: config, data, out, transfer: from });
    expect(events.filter(({ type }) => type === 'warning')).toEqual([]);
    expect((await (await load(out)).encode(images)).data).toEqual(
      (await (await load(from)).encode(images)).data,
    );
  });
});

describe('evaluate', () => {
  it('reports the bound of held-out images beside the others', async () => {
    const run = await trained('vae');
    const heldOut = new ArrayDataset({ images: images.data, shape: data.shape, name: 'others' });
    const autoencoder = await load(run);
    const report = await evaluate({
      run,
      data,
      heldOut,
      count: 5,
      metrics: ['elbo', 'squaredError'],
      threads: 1,
    });
    const { elbo, squaredError } = await autoencoder.bound(images);
    expect(report.metrics).toEqual([
      { name: 'elbo', value: expect.closeTo(elbo as number, 8), better: 'higher' },
      { name: 'squaredError', value: expect.closeTo(squaredError, 8), better: 'lower' },
    ]);
    expect(report).toMatchObject({
      bound: { data: 'others', images: 5, heldOut: true },
      warnings: [],
    });
    const own = await evaluate({ run, data, count: 5, metrics: ['elbo'], threads: 1 });
    expect(own.bound).toEqual({ data: 'array', images: 5, heldOut: false });
    expect(own.warnings).toEqual([
      expect.stringMatching(/^elbo: of array, which may be what it was trained on/),
    ]);
  });

  it('has no bound of a GAN', async () => {
    const gan = await temporaryDir();
    await train({ recipe: tinyRecipe(), data: tinyData(), out: gan });
    const generator = await Generator.load(gan, { threads: 1 });
    onTestFinished(() => generator.dispose());
    await expect(evaluate({ generator, data: tinyData(), metrics: ['elbo'] })).rejects.toThrow(
      /Unknown metric "elbo"/,
    );
  });
});
