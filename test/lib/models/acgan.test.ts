import { describe, expect, it } from 'vitest';
import { acganDiscriminator, acganGenerator } from '../../../lib/models/acgan.js';
import {
  colour32,
  grey28,
  inspect,
  network,
  operators,
  run,
  shapesOf,
} from '../../helpers/network.js';

const options = { latentSize: 100, generatorWidth: 96, discriminatorWidth: 16 };
const small = { latentSize: 8, generatorWidth: 4, discriminatorWidth: 2 };

describe('acgan', () => {
  it('has the layers of the paper for CIFAR-10 (table 2)', () => {
    const generator = acganGenerator(colour32, options, 10);
    expect(generator.inputs).toEqual({ z: { shape: [100] }, label: { classes: 10 } });
    expect(shapesOf(generator, 'reshape')).toEqual([[384, 4, 4]]);
    expect(shapesOf(generator, 'convTranspose2d')).toEqual([
      [192, 8, 8],
      [96, 16, 16],
      [3, 32, 32],
    ]);
    // 110·6144 + 6144; 25·in·out + out; scales and shifts
    expect(inspect(generator).parameters).toBe(
      681_984 + 1_843_392 + 460_896 + 7_203 + 2 * (192 + 96),
    );

    const discriminator = acganDiscriminator(colour32, options, 10);
    expect(shapesOf(discriminator, 'conv2d')).toEqual([
      [16, 16, 16],
      [32, 16, 16],
      [64, 8, 8],
      [128, 8, 8],
      [256, 4, 4],
      [512, 4, 4],
    ]);
    // 9·in·out + out; scales and shifts; the paper's last layer of 11: 8192·11 + 11
    expect(inspect(discriminator).parameters).toBe(
      448 +
        4_640 +
        18_496 +
        73_856 +
        295_168 +
        1_180_160 +
        2 * (32 + 64 + 128 + 256 + 512) +
        90_123,
    );
    expect(operators(discriminator).slice(0, 7)).toEqual([
      'conv2d',
      'leakyRelu',
      'dropout',
      'conv2d',
      'batchNorm',
      'leakyRelu',
      'dropout',
    ]);
  });

  it('tells the class in a second output, and reads no label', async () => {
    const spec = acganDiscriminator(grey28, small, 10);
    expect(spec.inputs).toEqual({ image: { shape: [1, 28, 28] } });
    const { logits, classLogits } = await run(await network(spec), 'image', [1, 28, 28]);
    expect([logits?.length, classLogits?.length]).toEqual([1, 10]);
    expect(new Set(classLogits).size).toBe(10);
  });

  it('draws by the label', async () => {
    const made = await network(acganGenerator(grey28, small, 10));
    const three = await run(made, 'z', [8], 3);
    expect(await run(made, 'z', [8], 3)).toEqual(three);
    expect(await run(made, 'z', [8], 4)).not.toEqual(three);
  });

  it.each([16, 28, 64, 128, 256])('makes and reads images of %i', (size) => {
    const image = { channels: 3, height: size, width: size };
    expect(inspect(acganGenerator(image, small, 5)).outputs['image']?.shape).toEqual([
      3,
      size,
      size,
    ]);
    const { outputs } = inspect(acganDiscriminator(image, small, 5));
    expect([outputs['logits']?.shape, outputs['classLogits']?.shape]).toEqual([[1], [5]]);
  });

  it('refuses other sizes', () => {
    const image = { channels: 1, height: 8, width: 8 };
    for (const build of [acganGenerator, acganDiscriminator]) {
      expect(() => build(image, options, 10)).toThrow('for acgan but received 1×8×8');
    }
  });
});
