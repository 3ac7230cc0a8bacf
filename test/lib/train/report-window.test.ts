import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../../lib/native.js';
import { ReportWindow } from '../../../lib/train/report-window.js';
import { tinySchedule } from './training.js';

const columns = ['discriminatorLoss', 'generatorLoss'];

function report(rows: number[][], seconds: Partial<RunReport> = {}): RunReport {
  const values = Float64Array.from(rows.flat());
  return { completed: rows.length, columns, values, busySeconds: 0, idleSeconds: 0, ...seconds };
}

describe('ReportWindow', () => {
  it('means over steps, not over runs, and starts anew after a report', () => {
    const window = new ReportWindow(tinySchedule());
    window.add(report([[1, 10]]));
    window.add(
      report([
        [4, 20],
        [7, 30],
      ]),
    );
    expect(window.close(3)).toMatchObject({
      step: 3,
      images: 24,
      epoch: 0.6,
      totalSteps: 20,
      metrics: { discriminatorLoss: 4, generatorLoss: 20 },
    });
    window.add(report([[100, 0]]));
    expect(window.close(4).metrics).toEqual({ discriminatorLoss: 100, generatorLoss: 0 });
  });

  it('tells rates and the time that is left', async () => {
    const window = new ReportWindow(tinySchedule());
    await setTimeout(100);
    window.add(report([[1, 1]], { busySeconds: 0.05, idleSeconds: 0.05 }));
    const { imagesPerSecond, waitedShare, secondsLeft } = window.close(1);
    // 8 images in 100 ms and what the machine adds to that.
    expect(imagesPerSecond).toBeLessThanOrEqual(81);
    expect(imagesPerSecond).toBeGreaterThan(8);
    expect(waitedShare).toBeLessThanOrEqual(0.51);
    expect(waitedShare).toBeGreaterThan(0.05);
    expect(secondsLeft / 19).toBeCloseTo(8 / imagesPerSecond, 3);
    const total = window.total();
    expect(total.seconds).toBeGreaterThanOrEqual(0.099);
    expect(total.waitedShare).toBeLessThanOrEqual(waitedShare);
  });

  it('does not count a pause from before it was opened as waiting', async () => {
    const window = new ReportWindow(tinySchedule());
    window.add(report([[1, 1]], { idleSeconds: 100 }));
    await setTimeout(100);
    expect(window.total().waitedShare).toBeLessThan(0.5);
    expect(window.close(1).waitedShare).toBeLessThan(0.5);
  });
});
