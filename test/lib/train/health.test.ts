import { describe, expect, it } from 'vitest';
import type { Metrics } from '../../../lib/train/events.js';
import { HealthMonitor } from '../../../lib/train/health.js';
import { resolvedTiny } from './training.js';

const well: Metrics = {
  discriminatorLoss: 1,
  generatorLoss: 1,
  realLogit: 0,
  fakeLogit: 0,
  discriminatorAccuracy: 0.7,
  discriminatorGradientNorm: 1,
  generatorGradientNorm: 1,
  sampleDiversity: 0.9,
  discriminatorSaturation: 0.1,
};
const collapsed = { ...well, sampleDiversity: 0.02 };

/** What is found in reports of 1,000 images each. */
function watch(reports: Metrics[], recipe = resolvedTiny(), from = 20_000): string[][] {
  const monitor = new HealthMonitor(recipe);
  return reports.map((metrics, i) =>
    monitor.check(metrics, from + 1000 * i).map(({ kind }) => kind),
  );
}

const times = (count: number, metrics: Metrics): Metrics[] =>
  new Array<Metrics>(count).fill(metrics);

describe('HealthMonitor', () => {
  it('says nothing of training that goes well', () => {
    expect(watch(times(30, well)).flat()).toEqual([]);
  });

  it('tells a collapse once, when eight reports in a row show it', () => {
    const found = watch([...times(5, well), ...times(20, collapsed)]);
    expect(found.flat()).toEqual(['collapse']);
    expect(found.findIndex((kinds) => kinds.length > 0)).toBe(5 + 8 - 1);
  });

  it('waits for a row of reports, and for the first images', () => {
    const flickering = Array.from({ length: 40 }, (_, i) => (i % 7 === 0 ? well : collapsed));
    expect(watch(flickering).flat()).toEqual([]);
    expect(watch(times(12, collapsed), resolvedTiny(), 0).flat()).toEqual([]);
  });

  it('tells it again after it was gone', () => {
    const reports = [...times(8, collapsed), ...times(8, well), ...times(8, collapsed)];
    expect(watch(reports).flat()).toEqual(['collapse', 'collapse']);
    const short = [...times(8, collapsed), ...times(3, well), ...times(8, collapsed)];
    expect(watch(short).flat()).toEqual(['collapse']);
  });

  it('tells saturation and a vanishing gradient', () => {
    expect(watch(times(9, { ...well, discriminatorSaturation: 0.99 })).flat()).toEqual([
      'saturation',
    ]);
    expect(watch(times(9, { ...well, generatorGradientNorm: 1e-9 })).flat()).toEqual(['gradient']);
  });

  it('needs no number that the loss does not have', () => {
    const { sampleDiversity, discriminatorSaturation, ...rest } = well;
    expect([sampleDiversity, discriminatorSaturation]).toEqual([0.9, 0.1]);
    expect(watch(times(9, rest)).flat()).toEqual([]);
  });

  it('names a cure that the recipe does not have yet', () => {
    const message = (overrides: Record<string, unknown>): string => {
      const monitor = new HealthMonitor(resolvedTiny(overrides));
      const found = times(8, collapsed).flatMap((metrics) => monitor.check(metrics, 20_000));
      return found[0]?.message ?? '';
    };
    expect(message({})).toMatch(/vary 2% as much as real ones .*betas.* or a gradient penalty/);
    expect(message({ penalties: [{ kind: 'r1' }] })).not.toMatch(/gradient penalty/);
  });
});
