/** StyleGAN2's networks against the official code's (values: scripts/reference/stylegan2.py). */
import { describe, expect, it } from 'vitest';
import { stylegan2Discriminator, stylegan2Generator } from '../../lib/models/stylegan2.js';
import { difference, expectEqual, filledNetwork, parameters, reference } from './official.js';

const { cases, official } = reference('stylegan2');
const square = (size: number) => ({ channels: 3, height: size, width: size });
const sines = (length: number) => Float64Array.from({ length }, (_, i) => Math.sin(i));
const cosines = (length: number) => Float64Array.from({ length }, (_, i) => Math.cos(i));
const small = {
  latentSize: 6,
  styleSize: 5,
  mappingLayers: 2,
  mixing: 0.9,
  width: 4,
  maxWidth: 8,
};

describe('StyleGAN2', () => {
  it.each(cases.map((one) => [one.title, one] as const))(
    '%s equals the official networks',
    async (_, wanted) => {
      const size = Number(wanted.title.split(' ')[1]);
      const made = {
        generator: stylegan2Generator(square(size), small, 0),
        discriminator: stylegan2Discriminator(square(size), small, 0),
      };
      const more = { equalized: true, buffers: { '.noise': sines } };
      await expectEqual(wanted, size, made, 1e-12, more);
    },
  );

  it.each(cases.map((one) => [one.title, one] as const))(
    '%s is truncated as the official one: styles are drawn to their average',
    async (_, { title, truncated = [] }) => {
      const network = await filledNetwork(
        stylegan2Generator(square(Number(title.split(' ')[1])), small, 0),
        { equalized: true, buffers: { '.noise': sines, '.average': cosines } },
      );
      const sample = async (truncation: number) => {
        const latents = Float32Array.from(sines(2 * small.latentSize));
        const { data } = await network.sample({ latents, truncation, output: 'float32' });
        return Array.from(data).filter((_, i) => i % 53 === 0);
      };
      expect(difference(await sample(0.5), truncated)).toBeLessThan(1e-5);
      expect(difference(await sample(0.75), truncated)).toBeGreaterThan(1e-2);
    },
  );

  it.each([
    ['stylegan2 256', 128],
    ['stylegan2 256 paper256', 64],
  ])('%s has the parameters of the official code', (title, width) => {
    const options = { latentSize: 512, styleSize: 512, mappingLayers: 8, mixing: 0.9 };
    const made = { ...options, width, maxWidth: 512 };
    const counts = [stylegan2Generator, stylegan2Discriminator].map((build) =>
      parameters(build(square(256), made, 0)),
    );
    expect(counts).toEqual(official[title]);
  });
});
