import { describe, expect, it } from 'vitest';
import { snganDiscriminator, snganGenerator } from '../../../lib/models/sngan.js';
import {
  colour32,
  grey28,
  inspect,
  network,
  operators,
  run,
  shapesOf,
} from '../../helpers/network.js';

const options = { latentSize: 128, width: 64 };
const small = { latentSize: 8, width: 4 };

describe('sngan', () => {
  it('has the layers of the standard CNN (table 3) at 32×32', () => {
    const generator = snganGenerator(colour32, options, 0);
    expect(shapesOf(generator, 'batchNorm')).toEqual([
      [512, 4, 4],
      [256, 8, 8],
      [128, 16, 16],
      [64, 32, 32],
    ]);
    // 128·8192 + 8192; 16·in·out + out; 9·64·3 + 3; scales and shifts
    expect(inspect(generator).parameters).toBe(
      1_056_768 + 2_097_408 + 524_416 + 131_136 + 1_731 + 2 * (512 + 256 + 128 + 64),
    );

    const discriminator = snganDiscriminator(colour32, options, 0);
    expect(shapesOf(discriminator, 'conv2d')).toEqual([
      [64, 32, 32],
      [64, 16, 16],
      [128, 16, 16],
      [128, 8, 8],
      [256, 8, 8],
      [256, 4, 4],
      [512, 4, 4],
    ]);
    // 9·in·out + out and 16·out·out + out by turns, then 8192 + 1
    expect(inspect(discriminator).parameters).toBe(
      1_792 + 65_600 + 73_856 + 262_272 + 295_168 + 1_048_832 + 1_180_160 + 8_193,
    );
  });

  it('normalizes the spectrum of every layer of D, and of no layer of G', () => {
    const weighted = (spec: { nodes: { op: string; spectralNorm?: unknown }[] }) =>
      spec.nodes
        .filter(({ op }) => ['conv2d', 'convTranspose2d', 'dense', 'projection'].includes(op))
        .map(({ spectralNorm }) => spectralNorm);
    expect(weighted(snganDiscriminator(grey28, small, 10))).toEqual(Array(7).fill(true));
    expect(new Set(weighted(snganGenerator(grey28, small, 10)))).toEqual(new Set([undefined]));
  });

  it('with labels: conditional batch norm in G, a projection in D', async () => {
    const spec = snganGenerator(grey28, small, 10);
    expect(operators(spec)).not.toContain('batchNorm');
    expect(shapesOf(spec, 'conditionalBatchNorm')).toEqual([
      [16, 7, 7],
      [8, 14, 14],
      [4, 28, 28],
    ]);
    const discriminator = await network(snganDiscriminator(grey28, small, 10));
    const of = (label: number) => run(discriminator, 'image', [1, 28, 28], label);
    expect(await of(3)).not.toEqual(await of(4));
    expect(await of(3)).toEqual(await of(3));
  });

  it.each([16, 28, 64, 128, 256])('makes and reads images of %i', (size) => {
    const image = { channels: 3, height: size, width: size };
    const made = snganGenerator(image, { latentSize: 8, width: 1 }, 0);
    expect(inspect(made).outputs['image']?.shape).toEqual([3, size, size]);
    const judged = snganDiscriminator(image, { latentSize: 8, width: 1 }, 0);
    expect(inspect(judged).outputs['logits']?.shape).toEqual([1]);
  });

  it('refuses other sizes', () => {
    const image = { channels: 1, height: 8, width: 8 };
    for (const build of [snganGenerator, snganDiscriminator]) {
      expect(() => build(image, options, 0)).toThrow('for sngan but received 1×8×8');
    }
  });
});
