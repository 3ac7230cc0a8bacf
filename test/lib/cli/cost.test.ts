import { expect, it } from 'vitest';
import { multiplyAddsOfStep } from '../../../lib/cli/cost.js';
import { resolvedTiny } from '../train/training.js';

/** Counts a step pass by pass, in the order in which the native side does them. */
function passByPass(
  g: number,
  d: number,
  { discriminatorSteps = 1, generatorSteps = 1, accumulation = 1, batch = 1, relativistic = false },
): number {
  let total = 0;
  for (let update = 0; update < discriminatorSteps; update += 1) {
    for (let part = 0; part < accumulation; part += 1) {
      total += g; // fakes
      total += d + d; // real, fake
      total += 2 * (d + d); // gradients of inputs and weights
    }
  }
  for (let update = 0; update < generatorSteps; update += 1) {
    for (let part = 0; part < accumulation; part += 1) {
      if (update > 0) total += g; // the first has the fakes of D
      total += d; // fake
      if (relativistic) total += d; // real
      total += d; // gradients of inputs
      total += 2 * g; // gradients of inputs and weights
    }
  }
  return total * batch;
}

it.each([
  {},
  { batch: 64 },
  { discriminatorSteps: 5 },
  { generatorSteps: 2 },
  { discriminatorSteps: 2, generatorSteps: 3, accumulation: 4, batch: 8 },
  { generatorSteps: 2, relativistic: true },
])('counts the passes of a step: %j', (given) => {
  const { relativistic = false, ...settings } = given as Record<string, number> & {
    relativistic?: boolean;
  };
  const kind = relativistic ? 'relativisticPairing' : 'nonSaturating';
  const recipe = resolvedTiny({ batch: 1, loss: { kind }, ...settings });
  const counted = multiplyAddsOfStep({ generator: 700, discriminator: 90 }, recipe);
  expect(counted).toBe(passByPass(700, 90, given));
});

it('counts no pass of D for G in a simultaneous update', () => {
  const kind = 'relativisticPairing';
  const recipe = resolvedTiny({ batch: 2, loss: { kind }, update: 'simultaneous' });
  // G forward and backward; D forward and backward on real images and fakes.
  expect(multiplyAddsOfStep({ generator: 700, discriminator: 90 }, recipe)).toBe(
    2 * (3 * 700 + 2 * 3 * 90),
  );
});

it('counts the passes of an autoencoder', () => {
  const forward = { encoder: 50, generator: 700, discriminator: 90 };
  const counted = (kind: 'vae' | 'vaeGan' | 'aae' | 'avb'): number => {
    const recipe = { ...resolvedTiny({ batch: 2 }), autoencoding: { kind } as never };
    return multiplyAddsOfStep(forward, recipe);
  };
  // Forward, and backward by inputs and weights.
  expect(counted('vae')).toBe(2 * 3 * (50 + 700));
  // D forward and backward on three kinds; by inputs for G on two, for the encoder on one. G forward and backward on two, by inputs on one.
  expect(counted('vaeGan')).toBe(2 * (3 * 50 + (2 * 3 + 1) * 700 + (3 * 3 + 3) * 90));
  // The encoder twice; D forward and backward on both sides, then on codes by inputs.
  expect(counted('aae')).toBe(2 * (2 * 3 * 50 + 3 * 700 + (2 * 3 + 2) * 90));
  expect(counted('avb')).toBe(2 * (3 * 50 + 3 * 700 + (2 * 3 + 1) * 90));
});

it('counts a D that sees several images at once', () => {
  const recipe = resolvedTiny({ batch: 6, packing: 3 });
  expect(multiplyAddsOfStep({ generator: 700, discriminator: 90 }, recipe)).toBe(
    passByPass(700, 30, { batch: 6 }),
  );
});
