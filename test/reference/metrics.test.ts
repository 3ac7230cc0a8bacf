/** Measures against NumPy and SciPy (values: scripts/reference/metrics.py), and where a closed form says what they are. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type FeatureRows,
  type FeatureStatistics,
  type ManifoldReport,
  type NativeMetrics,
  native,
  type Spread,
} from '../../lib/native.js';

type Formula = [count: number, size: number, phase: number, scale: number, shift: number];

interface Case {
  real: Formula;
  fake: Formula;
  frechet: number;
  kernel: number;
  subset: number;
  inception: Spread;
  manifold: ManifoldReport;
}

const file = new URL('fixtures/metrics.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };

/** The script's features. */
function rows(count: number, size: number, phase: number, scale = 1, shift = 0): FeatureRows {
  const data = Float32Array.from(
    { length: count * size },
    (_, i) => shift + scale * Math.sin(1.7 * i + phase) + 0.3 * Math.cos(0.013 * i * (1 + phase)),
  );
  return { count, size, data };
}

/** The first rows. */
const head = ({ size, data }: FeatureRows, count: number): FeatureRows => ({
  count,
  size,
  data: data.subarray(0, count * size),
});

/** Values that are spread evenly from 0 to 1, without structure. */
function noise(count: number, size: number, salt: number): FeatureRows {
  let state = salt;
  const data = Float32Array.from({ length: count * size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
  return { count, size, data };
}

let metrics: NativeMetrics;
beforeAll(async () => {
  metrics = await native().createMetrics({ threads: 1 });
});
afterAll(() => metrics.dispose());

const close = (got: number, wanted: number): void =>
  expect(Math.abs(got - wanted) / Math.max(1e-6, Math.abs(wanted))).toBeLessThan(1e-6);

describe('measures equal NumPy and SciPy', () => {
  it.each(cases)('of $real.0 and $fake.0 rows of $real.1', async (wanted) => {
    const [real, fake] = [rows(...wanted.real), rows(...wanted.fake)];
    const [a, b] = [await metrics.statistics(real), await metrics.statistics(fake)];
    // SciPy's root of a singular product is itself good to about 1e-6.
    expect(Math.abs((await metrics.frechetDistance(a, b)) / wanted.frechet - 1)).toBeLessThan(1e-5);
    const ofRows = await metrics.frechetDistanceOfRows(real, fake);
    expect(Math.abs(ofRows / wanted.frechet - 1)).toBeLessThan(1e-5);
    const { subset } = wanted;
    const whole = { subsets: 2, subsetSize: subset, seed: 0 };
    const distance = await metrics.kernelDistance(head(real, subset), head(fake, subset), whole);
    close(distance.mean, wanted.kernel);
    expect(distance.deviation).toBeLessThan(1e-12);
    const logits = rows(wanted.fake[0], wanted.fake[1], 3, 2);
    const score = await metrics.inceptionScore(logits, { splits: 3 });
    close(score.mean, wanted.inception.mean);
    close(score.deviation, wanted.inception.deviation);
    const options = { precisionNeighbours: 3, densityNeighbours: 5 };
    const report = await metrics.manifold(real, fake, options);
    for (const [name, value] of Object.entries(wanted.manifold)) {
      close(report[name as keyof ManifoldReport], value);
    }
  });
});

describe('closed forms', () => {
  const diagonal = (mean: number[], variances: number[]): FeatureStatistics => {
    const size = mean.length;
    const covariance = new Float64Array(size * size);
    variances.forEach((value, i) => {
      covariance[i * size + i] = value;
    });
    return { count: 100, size, mean: Float64Array.from(mean), covariance };
  };

  it('Gaussians with diagonal covariance: |μ₁ - μ₂|² + Σ(σ₁ - σ₂)²', async () => {
    const a = diagonal([1, 2, 3], [4, 9, 0]);
    const b = diagonal([0, 2, 5], [1, 16, 1]);
    close(await metrics.frechetDistance(a, b), 1 + 4 + (2 - 1) ** 2 + (3 - 4) ** 2 + 1);
    expect(Math.abs(await metrics.frechetDistance(a, a))).toBeLessThan(1e-12);
  });

  it('the Fréchet distance of rows is that of their statistics, whichever way is shorter', async () => {
    // With 40 features, 45 rows go by singular values and 500 by covariances; both covariances have full rank.
    for (const [n, m] of [
      [45, 47],
      [45, 500],
      [500, 400],
    ] as const) {
      const [real, fake] = [noise(n, 40, 1), noise(m, 40, 2)];
      const statistics = [await metrics.statistics(real), await metrics.statistics(fake)] as const;
      const wanted = await metrics.frechetDistance(...statistics);
      const got = await metrics.frechetDistanceOfRows(real, fake);
      expect(Math.abs(got / wanted - 1)).toBeLessThan(1e-9);
    }
  });

  it('two pairs of opposite points in 12,288 dimensions: |μ₁ - μ₂|² + 2|a|² + 2|b|² - 4|a·b|', async () => {
    const size = 12_288;
    const pair = (at: number, offset: (i: number) => number): FeatureRows => ({
      count: 2,
      size,
      data: Float32Array.from({ length: 2 * size }, (_, i) =>
        i < size ? at + offset(i) : at - offset(i - size),
      ),
    });
    // a is 1 everywhere, b is 2 in the first half and 1 with changing signs in the second.
    const a = pair(0, () => 1);
    const b = pair(3, (i) => (i < size / 2 ? 2 : i % 2 ? 1 : -1));
    const wanted = size * (9 + 2 + (2 * (4 + 1)) / 2 - (4 * 2) / 2);
    close(await metrics.frechetDistanceOfRows(a, b), wanted);
    expect(Math.abs(await metrics.frechetDistanceOfRows(a, a))).toBeLessThan(1e-6);
  });

  it('the score is 1 where every image has the same classes, and their number where each is sure of one', async () => {
    const same = { count: 40, size: 4, data: new Float32Array(160).fill(2) };
    close((await metrics.inceptionScore(same, { splits: 4 })).mean, 1);
    const sure = {
      count: 40,
      size: 4,
      data: Float32Array.from({ length: 160 }, (_, i) => ((i >> 2) % 4 === i % 4 ? 200 : 0)),
    };
    close((await metrics.inceptionScore(sure, { splits: 2 })).mean, 4);
  });

  it('a set against itself: precision, recall and coverage 1; far away: all 0', async () => {
    const set = rows(200, 6, 0);
    const options = { precisionNeighbours: 3, densityNeighbours: 5 };
    const same = await metrics.manifold(set, set, options);
    expect(same).toMatchObject({ precision: 1, recall: 1, coverage: 1 });
    const far = { ...set, data: set.data.map((value) => value + 100) };
    expect(await metrics.manifold(set, far, options)).toEqual({
      precision: 0,
      recall: 0,
      density: 0,
      coverage: 0,
    });
  });

  it('points on a line: the balls can be counted', async () => {
    // Real points 0 … 9, balls of radius 1 but for the ends' 2 (k = 2 of each point's own neighbours).
    const real = { count: 10, size: 1, data: Float32Array.from({ length: 10 }, (_, i) => i) };
    const fake = { count: 3, size: 1, data: Float32Array.from([0.5, 4.25, 40]) };
    const report = await metrics.manifold(real, fake, {
      precisionNeighbours: 2,
      densityNeighbours: 2,
    });
    close(report.precision, 2 / 3);
    // 0.5 lies in the balls of 0 and 1; 4.25 in those of 4 and 5; 40 in none.
    close(report.density, 4 / (2 * 3));
    close(report.coverage, 4 / 10);
  });

  it('blocks do not show: more rows than a block has', async () => {
    const real = rows(700, 3, 0);
    const fake = rows(650, 3, 1.5);
    const options = { precisionNeighbours: 3, densityNeighbours: 5 };
    const report = await metrics.manifold(real, fake, options);
    const value = (set: FeatureRows, i: number, j: number): number => set.data[i * 3 + j] as number;
    const distance = (a: FeatureRows, i: number, b: FeatureRows, j: number): number =>
      Math.hypot(...[0, 1, 2].map((axis) => value(a, i, axis) - value(b, j, axis)));
    const radii = Array.from({ length: real.count }, (_, i) => {
      const others = Array.from({ length: real.count }, (__, j) => distance(real, i, real, j));
      return others.sort((a, b) => a - b)[3] as number; // the first is itself
    });
    const inside = Array.from({ length: fake.count }, (_, i) =>
      radii.some((radius, j) => distance(fake, i, real, j) <= radius),
    );
    close(report.precision, inside.filter(Boolean).length / fake.count);
  });

  it('the kernel distance is the mean over its subsets, whether pairs are found once or in each subset', async () => {
    // Two subsets of 12 out of 30 rows are found one by one, 100 of them from all pairs at once.
    const [real, fake] = [noise(30, 4, 1), noise(30, 4, 2)];
    const kernel = (a: FeatureRows, i: number, b: FeatureRows, j: number): number => {
      let product = 0;
      for (let k = 0; k < 4; k += 1)
        product += Number(a.data[4 * i + k]) * Number(b.data[4 * j + k]);
      return (product / 4 + 1) ** 3;
    };
    const mean = (a: FeatureRows, b: FeatureRows): number => {
      let sum = 0;
      for (let i = 0; i < 30; i += 1) {
        for (let j = 0; j < 30; j += 1) if (a !== b || i !== j) sum += kernel(a, i, b, j);
      }
      return sum / (a === b ? 30 * 29 : 900);
    };
    const wanted = mean(real, real) + mean(fake, fake) - 2 * mean(real, fake);
    const whole = { subsets: 5, subsetSize: 30, seed: 1 };
    const found = await metrics.kernelDistance(real, fake, whole);
    expect(Math.abs(found.mean / wanted - 1)).toBeLessThan(1e-9);
    expect(found.deviation).toBeLessThan(1e-12);
    // Subsets drawn one by one from many seeds have the mean and spread of one call with many.
    const ones: number[] = [];
    for (let seed = 0; seed < 400; seed += 1) {
      const one = { subsets: 1, subsetSize: 12, seed };
      ones.push((await metrics.kernelDistance(real, fake, one)).mean);
    }
    const many = await metrics.kernelDistance(real, fake, {
      subsets: 400,
      subsetSize: 12,
      seed: 9,
    });
    const average = ones.reduce((sum, value) => sum + value, 0) / ones.length;
    expect(Math.abs(many.mean - average)).toBeLessThan((4 * many.deviation) / Math.sqrt(400));
    expect(Math.abs(many.mean - wanted)).toBeLessThan((4 * many.deviation) / Math.sqrt(400));
    const spread = Math.sqrt(
      ones.reduce((sum, value) => sum + (value - average) ** 2, 0) / ones.length,
    );
    expect(many.deviation / spread).toBeGreaterThan(0.8);
    expect(many.deviation / spread).toBeLessThan(1.25);
  });

  it('the kernel distance of two halves of one set is about nothing, of different ones is not', async () => {
    const options = { subsets: 20, subsetSize: 50, seed: 3 };
    const [a, b] = [rows(400, 4, 0.1), rows(400, 4, 0.3)];
    const same = await metrics.kernelDistance(a, b, options);
    expect(Math.abs(same.mean)).toBeLessThan(3 * same.deviation + 1e-3);
    const other = await metrics.kernelDistance(a, rows(400, 4, 0.3, 1, 1), options);
    expect(other.mean).toBeGreaterThan(10 * other.deviation);
    expect(await metrics.kernelDistance(a, b, options)).toEqual(same);
  });
});

describe('wrong features are one clear line', () => {
  const good = rows(20, 3, 0);
  it.each([
    [
      'too few for a covariance',
      () => metrics.statistics(head(good, 1)),
      /at least 2 rows of features, got 1/,
    ],
    [
      'a size that does not fit',
      () => metrics.statistics({ ...good, size: 4 }),
      /expected 20×4 values, got 60/,
    ],
    [
      'values that are not finite',
      () =>
        metrics.statistics({ ...good, data: good.data.map((v, i) => (i === 7 ? Number.NaN : v)) }),
      /expected features that are finite/,
    ],
    [
      'sizes that differ',
      () => metrics.kernelDistance(good, rows(20, 4, 0), { subsets: 1, subsetSize: 5, seed: 0 }),
      /one size, got 3 and 4/,
    ],
    [
      'a subset larger than the set',
      () => metrics.kernelDistance(good, good, { subsets: 1, subsetSize: 21, seed: 0 }),
      /subsets of 2 to 20 rows, got 1 of 21/,
    ],
    [
      'as many neighbours as points',
      () => metrics.manifold(good, good, { precisionNeighbours: 3, densityNeighbours: 20 }),
      /at least 21 rows of features, got 20/,
    ],
    [
      'more splits than rows',
      () => metrics.inceptionScore(good, { splits: 21 }),
      /1 to 20 splits, got 21/,
    ],
  ])('%s', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });

  it('calls after dispose are refused', async () => {
    const other = await native().createMetrics({});
    await other.dispose();
    await expect(other.statistics(good)).rejects.toThrow(/disposed/);
  });
});
