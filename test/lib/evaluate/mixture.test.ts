import { describe, expect, it } from 'vitest';
import { type MixtureName, mixtures, openMixture } from '../../../lib/data/mixture.js';
import { openDataset } from '../../../lib/data/source.js';
import { mixtureMetrics } from '../../../lib/evaluate/mixture.js';
import { divergenceFromUniform } from '../../../lib/evaluate/modes.js';

function pointsOf(name: MixtureName, options?: { count?: number; seed?: number }): Float32Array {
  const dataset = openMixture(name, options);
  const points = new Float32Array(2 * dataset.length);
  dataset.read(
    Uint32Array.from({ length: dataset.length }, (_, i) => i),
    points,
  );
  return points;
}

describe('mixtures', () => {
  it.each(['ring', 'grid'] as const)('draws %s with its moments', (name) => {
    const { centres, deviation } = mixtures[name];
    const dataset = openMixture(name);
    expect(dataset).toMatchObject({
      length: 100_000,
      dtype: 'float32',
      shape: { channels: 2, height: 1, width: 1 },
    });
    const points = pointsOf(name);
    const labels = dataset.labels as Int32Array;
    // Of each coordinate around its centre: mean 0, variance σ², no covariance; every mode alike. Limits are 5 standard errors.
    const sums = { x: 0, y: 0, xx: 0, yy: 0, xy: 0 };
    const counts = new Array<number>(centres.length).fill(0);
    labels.forEach((mode, item) => {
      const [centreX, centreY] = centres[mode] as readonly [number, number];
      const x = ((points[2 * item] as number) - centreX) / deviation;
      const y = ((points[2 * item + 1] as number) - centreY) / deviation;
      counts[mode] = (counts[mode] as number) + 1;
      sums.x += x;
      sums.y += y;
      sums.xx += x * x;
      sums.yy += y * y;
      sums.xy += x * y;
    });
    const n = labels.length;
    for (const sum of [sums.x, sums.y, sums.xy])
      expect(Math.abs(sum / n)).toBeLessThan(5 / Math.sqrt(n));
    for (const sum of [sums.xx, sums.yy]) {
      expect(Math.abs(sum / n - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    }
    const share = 1 / centres.length;
    for (const count of counts) {
      expect(Math.abs(count / n - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / n));
    }
  });

  it('places modes as the papers do', () => {
    expect(mixtures.ring.centres[1]?.map((value) => value.toFixed(4))).toEqual([
      '0.7071',
      '0.7071',
    ]);
    expect(mixtures.grid.centres[0]).toEqual([-4, -4]);
    expect(mixtures.grid.centres[24]).toEqual([4, 4]);
    expect(new Set(mixtures.grid.centres.map(String)).size).toBe(25);
  });

  it('draws equal points of equal seeds', () => {
    const count = 50;
    expect(pointsOf('ring', { count, seed: 3 })).toEqual(pointsOf('ring', { count, seed: 3 }));
    expect(pointsOf('ring', { count, seed: 3 })).not.toEqual(pointsOf('ring', { count, seed: 4 }));
  });

  it('is a source, with a split of its own for tests', async () => {
    const read = async (split: 'train' | 'test'): Promise<number[]> => {
      const dataset = await openDataset('grid', { split });
      const target = new Float32Array(2);
      await dataset.read(Uint32Array.of(0), target);
      return [...target];
    };
    expect(await read('train')).toEqual([...pointsOf('grid').subarray(0, 2)]);
    expect(await read('test')).not.toEqual(await read('train'));
    await expect(openDataset('ring:3')).rejects.toThrow(
      'ring: expected no folder but received "3"',
    );
  });

  it('refuses what it cannot draw', () => {
    expect(() => openMixture('ring', { count: 0 })).toThrow(
      /Expected a whole number from 1 for count/,
    );
    expect(() => openMixture('ring', { seed: -1 })).toThrow(
      /Expected a whole number from 0 for seed/,
    );
    expect(() => openMixture('star' as 'ring')).toThrow(/Expected 'ring' or 'grid' for mixture/);
  });
});

describe('mixtureMetrics', () => {
  it.each(['ring', 'grid'] as const)(
    'gives the closed forms for a perfect sampler of %s',
    (name) => {
      const count = 100_000;
      const metrics = mixtureMetrics(pointsOf(name, { count, seed: 7 }), name);
      const modes = mixtures[name].centres.length;
      expect(metrics).toMatchObject({ count, modes, modesInData: modes });
      // P(|N(0, σ²I)| <= 3σ) = 1 - exp(-9/2).
      const expected = 1 - Math.exp(-4.5);
      expect(Math.abs(metrics.highQuality - expected)).toBeLessThan(
        5 * Math.sqrt((expected * (1 - expected)) / count),
      );
      // 2·n·KL is chi-squared with modes - 1 degrees of freedom: 60 is far in its tail.
      expect(metrics.reverseKl).toBeGreaterThan(0);
      expect(metrics.reverseKl).toBeLessThan(60 / (2 * count));
    },
  );

  it('sees a sampler that knows two modes, one three times as often', () => {
    const metrics = mixtureMetrics(Float32Array.of(1, 0, 1, 0.02, 1, 0, -1, 0.005), 'ring');
    expect(metrics).toMatchObject({ count: 4, modes: 2, highQuality: 1 });
    expect(metrics.reverseKl).toBeCloseTo(
      0.75 * Math.log(0.75 * 8) + 0.25 * Math.log(0.25 * 8),
      12,
    );
  });

  it('counts a point within 3σ, and one beyond only for the divergence', () => {
    // σ = 0.05 around (2, -4): 2.9σ and 3.1σ away.
    const metrics = mixtureMetrics(Float32Array.of(2.145, -4, 2, -2.155), 'grid');
    expect(metrics).toMatchObject({ modes: 1, highQuality: 0.5 });
    expect(metrics.reverseKl).toBeCloseTo(Math.log(25 / 2), 12);
  });

  it('does not count points that are not finite', () => {
    const metrics = mixtureMetrics(Float32Array.of(Number.NaN, 0, 1, 0), 'ring');
    expect(metrics).toMatchObject({ count: 2, modes: 1, highQuality: 0.5 });
    expect(metrics.reverseKl).toBeCloseTo(Math.log(8), 12);
    expect(mixtureMetrics(Float32Array.of(Number.NaN, 0), 'ring').reverseKl).toBeNaN();
  });

  it('refuses no points, and halves of points', () => {
    for (const points of [new Float32Array(0), new Float32Array(3)]) {
      expect(() => mixtureMetrics(points, 'ring')).toThrow(
        /ring: expected points of two values each/,
      );
    }
  });
});

describe('divergenceFromUniform', () => {
  it('is 0 where all are alike and ln K where one has all', () => {
    expect(divergenceFromUniform([5, 5, 5])).toBeCloseTo(0, 15);
    expect(divergenceFromUniform([0, 9, 0])).toBeCloseTo(Math.log(3), 15);
  });
});
