import { expect, it } from 'vitest';
import { multiplyAddsOfStep } from '../../../lib/cli/cost.js';

/** Counts a step pass by pass, in the order in which the native side does them. */
function passByPass(
  g: number,
  d: number,
  { discriminatorSteps = 1, generatorSteps = 1, accumulation = 1, batch = 1 },
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
])('counts the passes of a step: %j', (given) => {
  const recipe = { batch: 1, accumulation: 1, discriminatorSteps: 1, generatorSteps: 1, ...given };
  const counted = multiplyAddsOfStep({ generator: 700, discriminator: 90 }, recipe);
  expect(counted).toBe(passByPass(700, 90, given));
});
