/** Progressive GAN's networks at several levels of detail against the official code's (values: scripts/reference/progan.py). */
import { describe, expect, it } from 'vitest';
import { proganDiscriminator, proganGenerator } from '../../lib/models/progan.js';
import { type Case, difference, expectEqual, parameters, reference, run } from './official.js';

const { cases, official } = reference('progan');
type GrowingCase = Case & { lod: number; classLogits?: number[] };
const square = (size: number) => ({ channels: 3, height: size, width: size });
const small = { latentSize: 6, width: 4, maxWidth: 12 };
const models = (classes: number) => ({
  generator: proganGenerator(square(32), small, classes),
  discriminator: proganDiscriminator(square(32), small, classes),
});
const byTitle = (cases as GrowingCase[]).map((one) => [one.title, one] as const);

/** Shares of the fades at a level of detail: 8×8 is the first of three doublings. */
const shares = (lod: number): Record<string, () => Float64Array> =>
  Object.fromEntries(
    [8, 16, 32].map((size, level) => [
      `fade${size}.share`,
      () => Float64Array.of(Math.min(Math.max(3 - lod - level, 0), 1)),
    ]),
  );

describe('Progressive GAN', () => {
  it.each(byTitle)('%s equals the official networks', async (_, wanted) => {
    const more = { equalized: true, training: true, buffers: shares(wanted.lod) };
    await expectEqual(wanted, 32, models(wanted.labels ? 5 : 0), 1e-12, more);
  });

  it('tells classes as the official discriminator does', async () => {
    const wanted = byTitle.find(([, { classLogits }]) => classLogits)?.[1] as GrowingCase;
    const more = { equalized: true, buffers: shares(wanted.lod) };
    const { generator, discriminator } = models(5);
    const z = Float64Array.from({ length: 12 }, (_, i) => Math.sin(i));
    const label = { shape: [2], data: Int32Array.from(wanted.labels ?? []) };
    const made = await run(generator, {
      inputs: { z: { shape: [2, 6], data: z }, label },
      ...more,
    });
    const image = { shape: [2, 3, 32, 32], data: Float64Array.from(made['image'] ?? []) };
    const { classLogits = [] } = await run(discriminator, { inputs: { image }, ...more });
    expect(difference(classLogits, wanted.classLogits ?? [])).toBeLessThan(1e-12);
  });

  it.each(['128', '256', '1024'])('%s has the parameters of the official code', (size) => {
    const options = { latentSize: 512, width: 16384 / Number(size), maxWidth: 512 };
    const counts = [proganGenerator, proganDiscriminator].map((build) =>
      parameters(build(square(Number(size)), options, 0)),
    );
    expect(counts).toEqual(official[size]);
  });
});
