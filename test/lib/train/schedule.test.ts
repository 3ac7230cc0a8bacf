import { describe, expect, it } from 'vitest';
import { type Length, Schedule, withLength } from '../../../lib/train/schedule.js';
import { resolvedTiny as recipe } from './training.js';

const steps = (schedule: Schedule, what: (step: number) => boolean): number[] =>
  Array.from({ length: schedule.totalSteps }, (_, i) => i + 1).filter((step) =>
    what.call(schedule, step),
  );

describe('Schedule', () => {
  it('counts steps of several batches over epochs of a whole number of batches', () => {
    // 5 batches an epoch, 2 × 2 batches a step.
    const duration = { epochs: 2 };
    const schedule = new Schedule(recipe({ discriminatorSteps: 2, accumulation: 2, duration }), 40);
    expect(schedule.images(2)).toBe(64);
    expect(schedule.mostImagesPerStep).toBe(32);
    expect(schedule.totalSteps).toBe(3);
    expect(schedule.epoch(3)).toBe(2.4);
    expect(steps(schedule, schedule.endsEpoch)).toEqual([2, 3]);
    expect(new Schedule(recipe({ duration: { epochs: 0.01 } }), 40).totalSteps).toBe(1);
    expect(new Schedule(recipe({ duration: { images: 33 } }), 40).totalSteps).toBe(5);
  });

  it('stops at whatever is due, and at the end', () => {
    const schedule = new Schedule(
      recipe({ reportEvery: 4, checkpoint: { every: 6 }, samples: { every: 7 } }),
      72,
    );
    expect(schedule.totalSteps).toBe(20);
    expect(steps(schedule, schedule.isReport)).toEqual([4, 8, 12, 16, 20]);
    expect(steps(schedule, schedule.isCheckpoint)).toEqual([6, 12, 18, 20]);
    expect(steps(schedule, schedule.isSamples)).toEqual([7, 14, 20]);
    const stops: number[] = [];
    for (let step = 0, count = 1; count > 0; step += count) {
      count = schedule.untilStop(step, 100);
      if (count > 0) stops.push(step + count);
    }
    expect(stops).toEqual([4, 6, 7, 8, 9, 12, 14, 16, 18, 20]);
    expect(schedule.untilStop(0, 3)).toBe(3);
  });
});

describe('withLength', () => {
  it('replaces the duration', () => {
    const made = recipe({ discriminatorSteps: 2 });
    expect(withLength(made, {})).toBe(made);
    expect(withLength(made, { epochs: 0.5 }).duration).toEqual({ epochs: 0.5 });
    expect(withLength(made, { images: 9 }).duration).toEqual({ images: 9 });
    expect(new Schedule(withLength(made, { steps: 9 }), 40).totalSteps).toBe(9);
  });

  it.each<[Length, RegExp]>([
    [{ epochs: 0 }, /a number above 0 and up to 1000000000 for epochs but received 0/],
    [{ epochs: Number.NaN }, /for epochs but received NaN/],
    [{ epochs: Number.POSITIVE_INFINITY }, /for epochs but received Infinity/],
    [{ images: 1.5 }, /a whole number from 1 to 1000000000000000 for images but received 1.5/],
    [{ steps: -1 }, /a whole number from 1 to 1000000000000000 for steps but received -1/],
    [{ epochs: 1, steps: 1 }, /one of epochs and steps/],
  ])('refuses %j', (length, message) => {
    expect(() => withLength(recipe(), length)).toThrow(message);
  });
});
