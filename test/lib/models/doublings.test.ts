import { describe, expect, it } from 'vitest';
import { describeSizes, doublingsOf } from '../../../lib/models/doublings.js';
import { proganSizes } from '../../../lib/models/progan.js';
import type { DataFacts } from '../../../lib/recipes/recipe.js';
import { findRecipe, recipes } from '../../../lib/recipes/registry.js';
import { inspect, network, read } from '../../helpers/network.js';

const image = (height: number, width: number, channels = 3) => ({ channels, height, width });

describe('doublings', () => {
  it.each([
    // Sizes, bases and doublings in the papers.
    [16, 16, [4, 4], 2],
    [28, 28, [7, 7], 2],
    [32, 32, [4, 4], 3],
    [64, 64, [4, 4], 4],
    [128, 128, [4, 4], 5],
    [256, 256, [4, 4], 6],
    // The shorter side of the base is as near 4 as can be.
    [48, 64, [3, 4], 4],
    [96, 64, [6, 4], 4],
    [40, 40, [5, 5], 3],
    [64, 128, [4, 8], 4],
    [24, 24, [3, 3], 3],
    [60, 60, [15, 15], 2],
    // Where the longer one would go over 20, there are more doublings.
    [64, 512, [2, 16], 5],
    // 9:16 and 3:4.
    [72, 128, [9, 16], 3],
    [240, 320, [15, 20], 4],
  ])('make %i×%i of %j in %i', (height, width, base, doublings) => {
    expect(doublingsOf('dcgan', image(height, width))).toEqual({ base, doublings });
    expect(doublingsOf('dcgan', image(width, height))).toEqual({
      base: [...base].reverse(),
      doublings,
    });
  });

  it.each([
    [65, 100, '64×96 and 64×104'],
    [30, 30, '32×32 and 28×28'],
    [8, 8, '16×16 and 20×20'],
    [512, 512, '256×256 and 256×272'],
    [1080, 1920, '256×448 and 256×480'],
    [1, 1000, '16×160 and 16×152'],
  ])('refuse %i×%i and name sizes near it', (height, width, near) => {
    expect(() => doublingsOf('dcgan', image(height, width))).toThrow(
      `image: expected ${describeSizes()} for dcgan but received 3×${height}×${width}; the nearest that fit are ${near}`,
    );
    for (const size of near.split(' and ')) {
      const [high = 0, wide = 0] = size.split('×').map(Number);
      expect(doublingsOf('dcgan', image(high, wide)).doublings).toBeGreaterThan(1);
    }
  });

  it('reach other sizes for networks that grow', () => {
    expect(doublingsOf('progan', image(8, 8), proganSizes)).toEqual({ base: [4, 4], doublings: 1 });
    expect(doublingsOf('progan', image(768, 1024), proganSizes)).toEqual({
      base: [3, 4],
      doublings: 8,
    });
    expect(() => doublingsOf('progan', image(4, 4), proganSizes)).toThrow(
      'the nearest that fit are 8×8 and 10×10',
    );
  });
});

/** Recipes whose networks take the sizes of `doublingsOf`, by what they say themselves. */
const doubling = recipes.filter(({ data }: { data: DataFacts }) =>
  data.shapes.includes('doubled equally often'),
);

describe('networks of sizes that are not square', () => {
  it('are those of all recipes for images but of perceptrons and keras-mnist', () => {
    const others = recipes.filter((recipe) => !doubling.includes(recipe)).map(({ name }) => name);
    expect(others).toEqual(['gan-2014', 'keras-mnist', 'cgan', 'rcgan', 'vae', 'aae', 'avb']);
  });

  describe.each(doubling.map(({ name }) => name))('%s', (name) => {
    const { conditional, generator, discriminator, encoder, model } = findRecipe(name);
    const classes = conditional ? 10 : 0;
    it.each([
      [28, 56],
      [48, 64],
      [96, 64],
      [72, 128],
      [160, 96],
      [192, 256],
      [64, 320],
    ])('makes and reads images of %i×%i', (height, width) => {
      const shape = image(height, width);
      const options = model.parse({});
      const made = inspect(generator(shape, options, classes));
      expect(made.outputs['image']?.shape).toEqual([3, height, width]);
      if (discriminator) {
        const report = inspect(discriminator(shape, options, classes));
        expect(report.outputs['logits']?.shape).toEqual([1]);
      }
      if (encoder) inspect(encoder(shape, options, classes));
    });
  });

  it.each(['gan-2014', 'cgan', 'vae', 'aae', 'avb'])('%s takes any size', (name) => {
    const { conditional, generator, model } = findRecipe(name);
    const made = inspect(generator(image(13, 7), model.parse({}), conditional ? 10 : 0));
    expect(made.outputs['image']?.shape).toEqual([3, 13, 7]);
  });

  it('SNGAN-ResNet and BigGAN go as deep as for squares of as many doublings', () => {
    for (const [name, halved] of [
      // 64×64 goes down to 2×2, which 3 rows do not.
      ['sngan-resnet', [4, 5]],
      ['biggan', [4, 4]],
    ] as const) {
      const { discriminator, model } = findRecipe(name);
      const halvings = (height: number, width: number): number =>
        discriminator?.(image(height, width), model.parse({}), 10).nodes.filter(
          ({ op, inputs }) => op === 'downsample' && inputs[0] !== 'image',
        ).length ?? 0;
      // Each block halves its path and its shortcut; the first one's shortcut is the image.
      expect([halvings(48, 64), halvings(96, 64)]).toEqual(halved.map((count) => 2 * count - 1));
      expect(halvings(96, 64)).toBe(halvings(64, 64));
    }
  });

  it('BigGAN attends at the height after as many doublings, and says which heights there are', () => {
    const { generator, model } = findRecipe('biggan');
    const attended = (height: number, width: number, attention: number[] | null = null) =>
      inspect(generator(image(height, width), model.parse({ attention }), 10))
        .nodes.filter(({ op }) => op === 'selfAttention')
        .map(({ shape }) => shape.slice(1));
    expect(attended(48, 64)).toEqual([[24, 32]]);
    expect(attended(96, 128)).toEqual([[48, 64]]);
    expect(attended(96, 64)).toEqual([[48, 32]]);
    expect(attended(40, 32)).toEqual([]);
    expect(attended(48, 64, [6, 12])).toEqual([
      [6, 8],
      [12, 16],
    ]);
    expect(() => attended(48, 64, [16])).toThrow(
      'model.attention: expected heights among 24, 12, 6 but received 16',
    );
  });
});

/** [C, H, W], row by row. */
interface Planes {
  shape: [channels: number, height: number, width: number];
  data: number[];
}

/** The definition: every value of the input is spread over the output by the kernel. */
function transposed(
  { shape: [from, rows, columns], data }: Planes,
  weight: ArrayLike<number>,
  [filters, high, wide]: [number, number, number],
  stride: number,
  padding: number,
): Planes {
  const height = (rows - 1) * stride + high - 2 * padding;
  const width = (columns - 1) * stride + wide - 2 * padding;
  const result = new Array<number>(filters * height * width).fill(0);
  for (let c = 0; c < from; c += 1)
    for (let y = 0; y < rows; y += 1)
      for (let x = 0; x < columns; x += 1)
        for (let f = 0; f < filters; f += 1)
          for (let i = 0; i < high; i += 1)
            for (let j = 0; j < wide; j += 1) {
              const [row, column] = [y * stride + i - padding, x * stride + j - padding];
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              const tap = weight[((c * filters + f) * high + i) * wide + j] as number;
              const value = data[(c * rows + y) * columns + x] as number;
              result[(f * height + row) * width + column] =
                (result[(f * height + row) * width + column] as number) + tap * value;
            }
  return { shape: [filters, height, width], data: result };
}

it('DCGAN of 16×24 equals the definition of its layers', async () => {
  const { generator, model } = findRecipe('dcgan');
  const made = await network(generator(image(16, 24), model.parse({ latentSize: 5, width: 3 }), 0));
  const z = [0.3, -1.2, 0.8, 2, -0.5];
  const weight = (name: string) => read(made, `${name}.weight`);
  // In evaluation, before any training, batch norm has a mean of 0, a variance of 1 and no shift.
  const activated = async ({ shape, data }: Planes, norm: string): Promise<Planes> => {
    const scales = await weight(norm);
    const plane = shape[1] * shape[2];
    const scaled = data.map(
      (value, i) => (value * (scales[Math.floor(i / plane)] as number)) / Math.sqrt(1 + 1e-5),
    );
    return { shape, data: scaled.map((value) => Math.max(value, 0)) };
  };
  let h = transposed(
    { shape: [5, 1, 1], data: z },
    await weight('convTranspose2d'),
    [6, 4, 6],
    1,
    0,
  );
  h = await activated(h, 'batchNorm');
  h = transposed(h, await weight('convTranspose2d1'), [3, 4, 4], 2, 1);
  h = await activated(h, 'batchNorm1');
  h = transposed(h, await weight('convTranspose2d2'), [3, 4, 4], 2, 1);
  expect(h.shape).toEqual([3, 16, 24]);

  const { outputs } = await made.forward({
    inputs: { z: { shape: [1, 5], data: Float32Array.from(z) } },
  });
  const got = outputs['image']?.data as Float32Array;
  const largest = Math.max(...h.data.map(Math.abs));
  h.data.forEach((value, i) => {
    expect(Math.abs((got[i] as number) - Math.tanh(value))).toBeLessThan(1e-5 * largest);
  });
});
