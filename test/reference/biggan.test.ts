/** BigGAN's and BigGAN-deep's networks against the official code's (values: scripts/reference/biggan.py). */
import { describe, expect, it } from 'vitest';
import { bigganDiscriminator, bigganGenerator } from '../../lib/models/biggan.js';
import { bigganDeepDiscriminator, bigganDeepGenerator } from '../../lib/models/biggan-deep.js';
import { expectEqual, parameters, reference } from './official.js';

const { cases, official } = reference('biggan');

function models(title: string, latentSize: number, classes: number, embeddingSize: number) {
  const [name, size, width] = title.split(' ') as [string, string, string];
  const image = { channels: 3, height: Number(size), width: Number(size) };
  const options = { latentSize, embeddingSize, width: Number(width), attention: null, depth: 2 };
  const [generator, discriminator] =
    name === 'biggan'
      ? [bigganGenerator, bigganDiscriminator]
      : [bigganDeepGenerator, bigganDeepDiscriminator];
  return {
    generator: generator(image, options, classes),
    discriminator: discriminator(image, options, classes),
  };
}

describe('BigGAN', () => {
  it.each(cases.map((one) => [one.title, one] as const))(
    '%s equals the official networks',
    async (_, wanted) => {
      const size = Number(wanted.title.split(' ')[1]);
      const made = models(wanted.title, wanted.latentSize, 5, 4);
      await expectEqual(wanted, size, made, 1e-9, { training: true });
    },
  );

  it.each([
    ['biggan 64', 64, 120],
    ['biggan 128', 96, 120],
    ['biggan 256', 96, 140],
    ['biggan-deep 128', 128, 128],
  ])('%s has the parameters of the official code', (title, width, latentSize) => {
    const { generator, discriminator } = models(`${title} ${width}`, latentSize, 1000, 128);
    expect([parameters(generator), parameters(discriminator)]).toEqual(official[title]);
  });

  it('has the parameters that the official code is known for: 70.43 and 87.98 million', () => {
    expect(official['biggan 128']).toEqual([70_433_988, 87_982_370]);
  });
});
