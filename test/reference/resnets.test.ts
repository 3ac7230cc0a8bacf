/** The residual networks of SNGAN and WGAN-GP against PyTorch (values: scripts/reference/resnets.py). */
import { describe, expect, it } from 'vitest';
import { snganResnetDiscriminator, snganResnetGenerator } from '../../lib/models/sngan-resnet.js';
import { wganGpResnetCritic, wganGpResnetGenerator } from '../../lib/models/wgan-gp-resnet.js';
import { expectEqual, parameters, reference } from './official.js';

const { cases, official } = reference('resnets');

/** Both networks of a title: name, size and classes. */
function models(title: string, options: { latentSize: number; width: number }) {
  const [name, size, classes] = title.split(' ') as [string, string, string];
  const image = { channels: 3, height: Number(size), width: Number(size) };
  if (name === 'wgan-gp-resnet') {
    return {
      generator: wganGpResnetGenerator(image, options),
      discriminator: wganGpResnetCritic(image, options),
    };
  }
  return {
    generator: snganResnetGenerator(image, options, Number(classes)),
    discriminator: snganResnetDiscriminator(image, options, Number(classes)),
  };
}

describe('residual networks', () => {
  it.each(cases.map((one) => [one.title, one] as const))('%s equals PyTorch', async (_, wanted) => {
    const size = Number(wanted.title.split(' ')[1]);
    const made = models(wanted.title, { latentSize: wanted.latentSize, width: 2 });
    await expectEqual(wanted, size, made, 1e-9, { training: true });
  });

  it.each([
    ['sngan-resnet 32', 0],
    ['sngan-resnet 64', 1000],
    ['sngan-resnet 128', 1000],
    ['wgan-gp-resnet 32', 0],
    ['wgan-gp-resnet 64', 0],
  ])('%s has the parameters of the official code', (title, classes) => {
    const { generator, discriminator } = models(`${title} ${classes}`, {
      latentSize: 128,
      width: 64,
    });
    expect([parameters(generator), parameters(discriminator)]).toEqual(official[title]);
  });
});
