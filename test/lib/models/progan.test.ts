import { describe, expect, it, onTestFinished } from 'vitest';
import type { GraphSpec } from '../../../lib/graph/index.js';
import { describeSizes } from '../../../lib/models/doublings.js';
import { proganDiscriminator, proganGenerator, proganSizes } from '../../../lib/models/progan.js';
import { type NativeNetwork, native, type TensorData } from '../../../lib/native.js';
import { inspect } from '../../helpers/network.js';

const square = (size: number) => ({ channels: 3, height: size, width: size });
/** The same channels at each size. */
const options = (size: number) => ({ latentSize: 5, width: 32 / size, maxWidth: 8 });
const generator = (size: number) => proganGenerator(square(size), options(size), 0);
const discriminator = (size: number) => proganDiscriminator(square(size), options(size), 0);

async function network(spec: GraphSpec): Promise<NativeNetwork> {
  const made = await native().createNetwork(JSON.stringify(spec), { dtype: 'float64', threads: 1 });
  onTestFinished(() => made.dispose());
  return made;
}

const share = (value: number): TensorData => ({ shape: [1], data: Float64Array.of(value) });
const sines = (...shape: number[]): TensorData => {
  const length = shape.reduce((a, b) => a * b);
  return { shape, data: Float64Array.from({ length }, (_, i) => Math.sin(i)) };
};

async function outputOf(made: NativeNetwork, inputs: Record<string, TensorData>) {
  const { outputs } = await made.forward({ inputs });
  return Object.values(outputs)[0] as { shape: number[]; data: Float64Array };
}

/** Each pixel as four. */
function enlarged({ shape, data }: TensorData): TensorData {
  const [n, c, h, w] = shape as [number, number, number, number];
  const result = new Float64Array(data.length * 4);
  for (let plane = 0; plane < n * c; plane += 1) {
    for (let y = 0; y < 2 * h; y += 1) {
      for (let x = 0; x < 2 * w; x += 1) {
        const from = (plane * h + (y >> 1)) * w + (x >> 1);
        result[(plane * 2 * h + y) * 2 * w + x] = Number(data[from]);
      }
    }
  }
  return { shape: [n, c, 2 * h, 2 * w], data: result };
}

/** A network for 16×16 with the weights of one for 8×8 where it has them, and its own for the rest. */
async function grown(build: (size: number) => GraphSpec) {
  const [small, large] = [await network(build(8)), await network(build(16))];
  const weights = await small.readTensors();
  await large.writeTensors(weights);
  return { small, large };
}

describe('Progressive GAN grows', () => {
  it('from 4×4 to the size of the images, and holds all sizes', () => {
    const names = (spec: GraphSpec) =>
      spec.nodes
        .map(({ name }) => name)
        .filter((name) => /\d$/.test(name) && /^[a-zA-Z]+\d+/.test(name));
    expect(names(generator(8)).filter((name) => /^(toRgb|fade)/.test(name))).toEqual([
      'toRgb4',
      'toRgb8',
      'fade8',
    ]);
    expect(names(discriminator(16)).filter((name) => /^(fromRgb|fade)/.test(name))).toEqual([
      'fromRgb16',
      'fromRgb8',
      'fade16',
      'fromRgb4',
      'fade8',
    ]);
    expect(inspect(generator(16)).outputs['image']?.shape).toEqual([3, 16, 16]);
  });

  it('G: with nothing of the new size faded in, images are those of the smaller one, enlarged', async () => {
    const { small, large } = await grown(generator);
    const inputs = { z: sines(2, 5) };
    const expected = enlarged(await outputOf(small, inputs));
    await large.writeTensors({ 'fade16.share': share(0) });
    expect((await outputOf(large, inputs)).data).toEqual(expected.data);
    await large.writeTensors({ 'fade16.share': share(1) });
    const whole = await outputOf(large, inputs);
    expect(whole.data).not.toEqual(expected.data);
    await large.writeTensors({ 'fade16.share': share(0.25) });
    const between = await outputOf(large, inputs);
    for (const [i, value] of between.data.entries()) {
      const mixed = 0.75 * Number(expected.data[i]) + 0.25 * Number(whole.data[i]);
      expect(value).toBeCloseTo(mixed, 12);
    }
  });

  it('D: with nothing of the new size faded in, it judges means of four pixels as the smaller one', async () => {
    const { small, large } = await grown(discriminator);
    const image = sines(4, 3, 8, 8);
    await large.writeTensors({ 'fade16.share': share(0) });
    const logits = await outputOf(small, { image });
    expect((await outputOf(large, { image: enlarged(image) })).data).toEqual(logits.data);
    await large.writeTensors({ 'fade16.share': share(0.25) });
    expect((await outputOf(large, { image: enlarged(image) })).data).not.toEqual(logits.data);
  });

  it('has no gradient for what is not there yet', async () => {
    const made = await network(generator(16));
    await made.writeTensors({ 'fade16.share': share(0), 'fade8.share': share(0.5) });
    const { gradients = {} } = await made.forward({
      inputs: { z: sines(2, 5) },
      cotangents: { image: sines(2, 3, 16, 16) },
    });
    const learns = (name: string) => Object.keys(gradients).includes(`${name}.weight`);
    expect(['dense4', 'toRgb4', 'conv8_1', 'toRgb8'].map(learns)).toEqual([true, true, true, true]);
    expect(['conv16_0', 'conv16_1', 'toRgb16'].map(learns)).toEqual([false, false, false]);
  });

  it.each([
    [{ channels: 1, height: 29, width: 28 }, '1×29×28'],
    [{ channels: 3, height: 4, width: 4 }, '3×4×4'],
    [{ channels: 3, height: 2048, width: 2048 }, '3×2048×2048'],
  ])('refuses %o', (image, text) => {
    for (const build of [proganGenerator, proganDiscriminator]) {
      expect(() => build(image, options(16), 0)).toThrow(
        `image: expected ${describeSizes(proganSizes)} for progan but received ${text}; the nearest that fit are `,
      );
    }
  });
});
