import { describe, expect, it } from 'vitest';
import { bigganDiscriminator, bigganGenerator } from '../../../lib/models/biggan.js';
import { colour64, grey28, inspect, shapesOf } from '../../helpers/network.js';

const options = { latentSize: 120, embeddingSize: 16, width: 8, attention: null };
const build = (more: object, image = grey28) =>
  [bigganGenerator, bigganDiscriminator].map((make) => make(image, { ...options, ...more }, 10));

describe('biggan', () => {
  it('rounds the latent down to a multiple of its parts', () => {
    expect(bigganGenerator(colour64, { ...options, latentSize: 123 }, 10).inputs['z']).toEqual({
      shape: [120],
    });
    expect(() => bigganGenerator(grey28, { ...options, latentSize: 2 }, 10)).toThrow(
      /^model.latentSize: expected at least 3, the parts that z is split into, but received 2$/,
    );
  });

  it('attends where it is told to, in both networks', () => {
    const attended = (more: object, image = grey28) =>
      build(more, image).map((spec) => shapesOf(spec, 'selfAttention'));
    expect(attended({})).toEqual([[], []]);
    expect(attended({ attention: [14] })).toEqual([[[32, 14, 14]], [[32, 14, 14]]]);
    expect(attended({}, colour64)).toEqual([[[32, 32, 32]], [[8, 32, 32]]]);
    expect(() => build({ attention: [13] })).toThrow(
      /^model.attention: expected heights among 14 but received 13$/,
    );
  });

  it.each([16, 28, 32, 64, 128, 256])('makes and reads images of %i', (size) => {
    const image = { channels: 3, height: size, width: size };
    const [generator, discriminator] = build({}, image);
    expect(inspect(generator as never).outputs['image']?.shape).toEqual([3, size, size]);
    expect(inspect(discriminator as never).outputs['logits']?.shape).toEqual([1]);
  });

  it('refuses other sizes', () => {
    expect(() => build({}, { channels: 1, height: 8, width: 8 })).toThrow(
      'for biggan but received 1×8×8',
    );
  });
});
