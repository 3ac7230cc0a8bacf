import { describe, expect, it } from 'vitest';
import { cganDiscriminator, cganGenerator } from '../../../lib/models/cgan.js';
import { grey28, inspect, network, operators, run, shapesOf } from '../../helpers/network.js';

const options = { latentSize: 100 };

describe('cgan', () => {
  it('has the layers of the paper', () => {
    const generator = cganGenerator(grey28, options, 10);
    expect(shapesOf(generator, 'relu')).toEqual([[200], [1000], [1200]]);
    // 100·200 + 200, 10·1000 + 1000, 1200·1200 + 1200, 1200·784 + 784
    expect(inspect(generator).parameters).toBe(20_200 + 11_000 + 1_441_200 + 941_584);

    const discriminator = cganDiscriminator(grey28, options, 10);
    expect(shapesOf(discriminator, 'maxout')).toEqual([[240], [50], [240]]);
    // 784·1200 + 1200, 10·250 + 250, 290·960 + 960, 240 + 1
    expect(inspect(discriminator).parameters).toBe(942_000 + 2_750 + 279_360 + 241);

    for (const spec of [generator, discriminator]) {
      expect(operators(spec).filter((op) => op === 'dropout')).toHaveLength(2);
    }
  });

  it('listens to the label, in both networks', async () => {
    const generator = await network(cganGenerator(grey28, { latentSize: 8 }, 10));
    expect(await run(generator, 'z', [8], 3)).not.toEqual(await run(generator, 'z', [8], 4));
    const discriminator = await network(cganDiscriminator(grey28, options, 10));
    const of = (label: number) => run(discriminator, 'image', [1, 28, 28], label);
    expect(await of(3)).not.toEqual(await of(4));
    expect(await of(3)).toEqual(await of(3));
  });

  it('makes images of any shape', () => {
    const wide = { channels: 3, height: 5, width: 9 };
    expect(inspect(cganGenerator(wide, options, 2)).outputs['image']?.shape).toEqual([3, 5, 9]);
    expect(inspect(cganDiscriminator(wide, options, 2)).outputs['logits']?.shape).toEqual([1]);
  });
});
