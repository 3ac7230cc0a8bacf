import { describe, expect, it } from 'vitest';
import { StepOrder } from '../../../lib/data/order.js';
import { Sampler } from '../../../lib/data/sampler.js';

describe('StepOrder', () => {
  it('is the sampler where batches have one size', () => {
    const order = new StepOrder(10, 2, 7, [{ firstStep: 0, batch: 3 }]);
    const sampler = new Sampler(10, 3, 7);
    for (let step = 0; step < 5; step += 1) {
      for (const number of [0, 1]) {
        expect(order.indices(step, number)).toEqual(sampler.indices(2 * step + number));
        expect(order.flips(step, number)).toEqual(sampler.flips(2 * step + number));
      }
    }
  });

  it('begins a fresh epoch where the size of batches changes', () => {
    const stages = [
      { firstStep: 0, batch: 4 },
      { firstStep: 4, batch: 2 },
      { firstStep: 6, batch: 5 },
    ];
    const order = new StepOrder(10, 1, 7, stages);
    expect([0, 3, 4, 5, 6, 9].map((step) => order.batch(step))).toEqual([4, 4, 2, 2, 5, 5]);
    // Four batches of 4 are two epochs of two, so the next stage has the third one; it uses a part of it.
    const epoch = (number: number) => [...new Sampler(10, 10, 7).indices(number)];
    const shown = (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, i) => [...order.indices(first + i, 0)]).flat();
    expect(shown(0, 1)).toEqual(epoch(0).slice(0, 8));
    expect(shown(2, 3)).toEqual(epoch(1).slice(0, 8));
    expect(shown(4, 5)).toEqual(epoch(2).slice(0, 4));
    expect(shown(6, 7)).toEqual(epoch(3));
  });

  it('refuses a batch of any stage that is larger than the data', () => {
    const stages = [
      { firstStep: 0, batch: 4 },
      { firstStep: 4, batch: 11 },
    ];
    expect(() => new StepOrder(10, 1, 7, stages)).toThrow(/at least 11 images, one batch/);
  });
});
