import { readFileSync } from 'node:fs';
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

/** What is found in reports of 10 steps of 100 images each. */
function watch(reports: Metrics[], recipe = resolvedTiny(), from = 700): string[][] {
  const monitor = new HealthMonitor(recipe);
  return reports.map((metrics, i) => {
    const step = from + 10 * i;
    return monitor.check(metrics, { step, images: 100 * step }).map(({ kind }) => kind);
  });
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

  it('waits for a row of reports', () => {
    const flickering = Array.from({ length: 40 }, (_, i) => (i % 7 === 0 ? well : collapsed));
    expect(watch(flickering).flat()).toEqual([]);
  });

  it('waits for the first 600 steps, and the first 12,800 images', () => {
    expect(watch(times(60, collapsed), resolvedTiny(), 0).flat()).toEqual([]);
    expect(watch(times(68, collapsed), resolvedTiny(), 0).flat()).toEqual(['collapse']);
    const small = new HealthMonitor(resolvedTiny());
    const found = times(60, collapsed).flatMap((metrics, i) =>
      small.check(metrics, { step: 1000 + i, images: 8 * (1000 + i) }),
    );
    expect(found).toEqual([]);
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
});

/** Curves of the trainings that `bench/quality/cures.mjs` recorded: a number a report of ten steps. */
interface Recorded {
  seeds: {
    imagesAReport: number;
    curves: { diversity: string; saturation: string; gradient: string };
  }[];
}

/**
 * What a recorded training is told, whatever its length; and if it went on for so many `more` reports as in its last ten.
 */
function told({ seeds }: Recorded, more = 0): string[] {
  return seeds.flatMap(({ imagesAReport, curves }) => {
    const read = (curve: string): (number | undefined)[] => {
      const values = curve.split(' ').map((value) => (value === '' ? undefined : Number(value)));
      const last = values.slice(-10);
      return [...values, ...Array.from({ length: more }, (_, i) => last[i % last.length])];
    };
    const diversity = read(curves.diversity);
    const saturation = read(curves.saturation);
    const monitor = new HealthMonitor(resolvedTiny());
    return read(curves.gradient).flatMap((generatorGradientNorm = 1, i) => {
      const metrics = {
        generatorGradientNorm,
        sampleDiversity: diversity[i],
        discriminatorSaturation: saturation[i],
      } as Metrics;
      const at = { step: 10 * (i + 1), images: imagesAReport * (i + 1) };
      return monitor.check(metrics, at).map(({ kind }) => kind);
    });
  });
}

describe('recorded trainings', () => {
  const path = new URL('../../../bench/quality/results/cures.json', import.meta.url);
  const recorded = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Recorded>;
  const entries = Object.entries(recorded).map(([name, training]) => ({ name, training }));
  const well =
    /^healthy:|^(?:keras-mnist|scarce|minimax).*: (batchNorm|nonSaturating|recipe .*)$|^grid-fast-generator: (ttur|equal-rates|packing)$/;

  it.each(entries.filter(({ name }) => well.test(name)))(
    '$name: nothing is told',
    ({ training }) => {
      expect(told(training)).toEqual([]);
    },
  );

  it.each([
    ['keras-mnist: untreated', ['collapse']],
    ['keras-mnist: betas', ['collapse']],
    ['keras-mnist-full: untreated', ['collapse']],
    ['scarce: untreated', ['collapse']],
    ['minimax: untreated', ['collapse', 'saturation']],
    ['saturated-output: untreated', ['saturation']],
    ['wgan-faster: untreated', ['collapse', 'gradient']],
    ['strong-discriminator-steps: untreated', ['collapse']],
  ])('%s: is told once it has gone on like this', (name, kinds) => {
    expect(told(recorded[name] as Recorded)).toEqual([]);
    expect(told(recorded[name] as Recorded, 70)).toEqual(kinds);
  });

  it('tells a collapse again that comes and goes', () => {
    const kinds = told(recorded['grid-fast-generator: untreated'] as Recorded);
    expect(kinds).toEqual(['collapse', 'collapse', 'collapse', 'collapse']);
  });
});
