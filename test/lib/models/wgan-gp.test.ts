import { describe, expect, it } from 'vitest';
import { wganGpCritic, wganGpGenerator } from '../../../lib/models/wgan-gp.js';
import {
  colour64,
  grey28,
  inspect,
  network,
  operators,
  read,
  shapesOf,
} from '../../helpers/network.js';

const options = { latentSize: 128, width: 64 };

describe('wgan-gp', () => {
  it('has the layers of gan_mnist.py at 28×28, without normalization', async () => {
    const generator = wganGpGenerator(grey28, options);
    expect(shapesOf(generator, 'convTranspose2d')).toEqual([
      [128, 7, 7],
      [64, 14, 14],
      [1, 28, 28],
    ]);
    // 128·4096 + 4096, 256·128·25 + 128, 128·64·25 + 64, 64·25 + 1
    expect(inspect(generator).parameters).toBe(528_384 + 819_328 + 204_864 + 1_601);

    const critic = wganGpCritic(grey28, options);
    expect(shapesOf(critic, 'conv2d')).toEqual([
      [64, 14, 14],
      [128, 7, 7],
      [256, 4, 4],
    ]);
    // 25·64 + 64, 64·128·25 + 128, 128·256·25 + 256, 4096 + 1
    expect(inspect(critic).parameters).toBe(1_664 + 204_928 + 819_456 + 4_097);
    expect(operators(generator).concat(operators(critic)).join()).not.toMatch(/norm/i);
  });

  it('draws the weights of gan_mnist.py: variance 4 / (fan in + fan out), a quarter of the taps at stride 2', async () => {
    const made = await network(wganGpCritic(grey28, options));
    const weight = await read(made, 'conv2d1.weight');
    const bound = Math.sqrt(3) * Math.sqrt(4 / (64 * 25 + (128 * 25) / 4));
    const largest = weight.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(0.99 * bound);
  });

  it('has the layers of gan_64x64.py at 64×64: batch norm in G, layer norm in the critic', () => {
    const generator = wganGpGenerator(colour64, options);
    expect(shapesOf(generator, 'batchNorm')).toEqual([
      [512, 4, 4],
      [256, 8, 8],
      [128, 16, 16],
      [64, 32, 32],
    ]);
    // 128·8192 + 8192; convolutions 25·in·out + out; scales and shifts
    expect(inspect(generator).parameters).toBe(
      1_056_768 + 3_277_056 + 819_328 + 204_864 + 4_803 + 2 * (512 + 256 + 128 + 64),
    );

    const critic = wganGpCritic(colour64, options);
    expect(shapesOf(critic, 'groupNorm')).toEqual([
      [128, 16, 16],
      [256, 8, 8],
      [512, 4, 4],
    ]);
    expect(inspect(critic).parameters).toBe(
      4_864 + 204_928 + 819_456 + 3_277_312 + 8_193 + 2 * (128 + 256 + 512),
    );
  });

  it.each([16, 28, 32, 128, 256])('makes and reads images of %i', (size) => {
    const image = { channels: 3, height: size, width: size };
    const small = { latentSize: 8, width: 4 };
    expect(inspect(wganGpGenerator(image, small)).outputs['image']?.shape).toEqual([3, size, size]);
    expect(inspect(wganGpCritic(image, small)).outputs['logits']?.shape).toEqual([1]);
  });

  it('refuses other sizes', () => {
    const image = { channels: 1, height: 30, width: 30 };
    for (const build of [wganGpGenerator, wganGpCritic]) {
      expect(() => build(image, options)).toThrow('for wgan-gp but received 1×30×30');
    }
  });
});
