/** RCGAN's networks against PyTorch (values: scripts/reference/rcgan.py). */
import { describe, expect, it } from 'vitest';
import { rcganDiscriminator, rcganGenerator } from '../../lib/models/rcgan.js';
import { type Case, difference, parameters, reference, run } from './official.js';

const { cases, official } = reference('rcgan');

const plain = {
  latentSize: 5,
  generatorUnits: 6,
  discriminatorUnits: 4,
  layers: 1,
  dropout: 0,
  cell: 'lstm',
  bidirectional: false,
  output: 'tanh',
} as const;
const two = { layers: 2, cell: 'gru', bidirectional: true, dropout: 0.4 } as const;

describe('RCGAN', () => {
  it.each(cases.map((one) => [one.title, one] as const))('%s equals PyTorch', async (_, wanted) => {
    const { steps, features, latentSize, labels } = wanted as Case & {
      steps: number;
      features: number;
    };
    const image = { channels: 1, height: steps, width: features };
    const options = {
      ...plain,
      ...(wanted.title.startsWith('gru') && two),
      latentSize: latentSize / steps,
    };
    const classes = labels ? 5 : 0;
    const label = labels ? { label: { shape: [2], data: Int32Array.from(labels) } } : {};
    const z = {
      shape: [2, latentSize],
      data: Float64Array.from({ length: 2 * latentSize }, (_, i) => Math.sin(i)),
    };
    const generator = rcganGenerator(image, options, classes);
    const made = (await run(generator, { inputs: { z, ...label } }))['image'] ?? [];
    const some = made.filter((_, i) => i % 53 === 0);
    expect(difference(some, wanted.image), 'image').toBeLessThan(1e-12);

    const discriminator = rcganDiscriminator(image, options, classes);
    const images = { shape: [2, 1, steps, features], data: Float64Array.from(made) };
    const { logits = [] } = await run(discriminator, { inputs: { image: images, ...label } });
    expect(logits).toHaveLength(2 * steps);
    expect(difference(logits, wanted.logits), 'logits').toBeLessThan(1e-12);
    expect([generator, discriminator].map(parameters)).toEqual(wanted.parameters);
  });

  it('has the size of the settings for MNIST as rows', () => {
    const image = { channels: 1, height: 28, width: 28 };
    const options = { ...plain, generatorUnits: 100, discriminatorUnits: 100 };
    const sizes = [rcganGenerator(image, options, 0), rcganDiscriminator(image, options, 0)];
    expect(sizes.map(parameters)).toEqual(official['rcgan 28']);
  });

  it('takes sequences only', () => {
    const image = { channels: 3, height: 8, width: 8 };
    for (const build of [rcganGenerator, rcganDiscriminator]) {
      expect(() => build(image, plain, 0)).toThrow(
        'Expected sequences (1×steps×features) for rcgan but received 3×8×8',
      );
    }
  });
});
