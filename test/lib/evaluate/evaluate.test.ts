import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ArrayDataset, type Dataset } from '../../../lib/data/dataset.js';
import { evaluate } from '../../../lib/evaluate/evaluate.js';
import type { FeatureExtractor } from '../../../lib/evaluate/extractor.js';
import type { EvaluateOptions } from '../../../lib/evaluate/job.js';
import type { EvaluationReport } from '../../../lib/evaluate/report.js';
import { by, noise, Quarters, trained } from '../../helpers/evaluation.js';
import { conditionalRecipe, temporaryDir, tinyData, tinyRecipe } from '../../helpers/tiny.js';

/** Evaluates a tiny run on 80 images of noise. */
async function setUp(options: Partial<EvaluateOptions> = {}) {
  const cacheDir = await temporaryDir();
  const run = await trained(tinyRecipe(), tinyData());
  const extractor = new Quarters();
  const data = noise(80);
  const go = (more: Partial<EvaluateOptions> = {}): Promise<EvaluationReport> =>
    evaluate({
      run,
      data,
      extractor,
      cacheDir,
      count: 30,
      threads: 1,
      batch: 16,
      ...options,
      ...more,
    });
  return { go, cacheDir, extractor, run, data };
}

describe('evaluate', () => {
  it('reports each metric, its floor, and what both were found of', async () => {
    const { go, extractor, run } = await setUp();
    const told: string[] = [];
    const report = await go({ onProgress: (text) => told.push(text) });
    expect(report).toMatchObject({
      fakes: 30,
      reals: 30,
      floorReals: 30,
      seed: 0,
      data: 'noise',
      extractor: { id: 'quarters', description: 'means of quarters' },
      checkpoint: join(run, 'checkpoints', 'step-000002.safetensors'),
      step: 2,
      recipe: 'tiny',
      warnings: [
        '30 images are few: the Fréchet distance is biased upwards; compare it at equal numbers only',
      ],
    });
    expect(report.seconds).toBeGreaterThan(0);
    expect(report.labels).toBeUndefined();
    const names = report.metrics.map(({ name, better }) => `${name} ${better}`);
    expect(names).toEqual([
      'frechetDistance lower',
      'kernelDistance lower',
      'precision higher',
      'recall higher',
      'density higher',
      'coverage higher',
    ]);
    for (const { name, value, floor, better } of report.metrics) {
      const real = floor?.value as number;
      expect([name, better === 'lower' ? value > real + 1 : value < real - 0.3]).toEqual([
        name,
        true,
      ]);
    }
    // All of 30 images on both sides are in every subset.
    expect(by(report, 'kernelDistance').deviation).toBeUndefined();
    const subsets = { metrics: ['kernelDistance'], kernel: { subsetSize: 20 } } as const;
    expect(by(await go(subsets), 'kernelDistance').deviation).toBeGreaterThan(0);
    extractor.seen.splice(6);
    expect(by(report, 'recall').deviation).toBeUndefined();
    // 60 real images in batches of 16, then 30 generated ones.
    expect(extractor.seen).toEqual([16, 16, 16, 12, 16, 14]);
    expect(extractor.disposed).toBe(false);
    expect(told).toContain('features of real images: 100 %');
    expect(told).toContain('features of generated images: 100 %');
  });

  it('finds the Fréchet distance that the features have', async () => {
    // One feature tells all: images that are grey, of levels whose means and variances are known.
    const level = (value: number): Dataset =>
      new ArrayDataset({
        images: Uint8Array.from({ length: 8 * 64 }, (_, i) => value + (Math.floor(i / 64) % 2)),
        shape: { channels: 1, height: 8, width: 8 },
      });
    const extractor: FeatureExtractor = {
      id: 'level',
      description: '',
      extract: async ({ shape: [count = 0], data }) => ({
        features: {
          count,
          size: 1,
          data: Float32Array.from({ length: count }, (_, i) => data[i * 64] as number),
        },
      }),
      dispose: async () => undefined,
    };
    const generator = {
      recipe: { image: { channels: 1, height: 8, width: 8 }, latentSize: 1, recipe: 'levels' },
      classes: 0,
      experts: 0,
      step: 0,
      checkpoint: 'none',
      async *batches(count: number) {
        const data = Uint8Array.from(
          { length: count * 64 },
          (_, i) => 10 * (Math.floor(i / 64) % 2),
        );
        yield { shape: [count, 1, 8, 8], data };
      },
    };
    const report = await evaluate({
      generator: generator as never,
      data: level(100),
      extractor,
      count: 8,
      metrics: ['frechetDistance'],
      cache: false,
    });
    // (100.5 - 5)² + (√(2/7) - √(200/7))², of four levels a side on each half of n - 1.
    const wanted = 95.5 ** 2 + (Math.sqrt(2 / 7) - Math.sqrt(200 / 7)) ** 2;
    expect(by(report, 'frechetDistance').value).toBeCloseTo(wanted, 6);
    expect(report).toMatchObject({ reals: 8, floorReals: 4 });
  });

  it('gives equal numbers for equal options, whatever the batch, and others for another seed', async () => {
    const { go } = await setUp();
    const first = await go({ cache: false });
    expect((await go({ cache: false, batch: 7 })).metrics).toEqual(first.metrics);
    expect((await go({ cache: false, seed: 1 })).metrics).not.toEqual(first.metrics);
  });

  it('shares a small dataset out in halves, and says so', async () => {
    const { go } = await setUp();
    const report = await go({ count: 100 });
    expect(report).toMatchObject({ fakes: 100, reals: 80, floorReals: 40 });
    expect(report.warnings).toContain('the data has 80 images only, to compare 100 with');
    expect(report.warnings.join()).toContain('the floor is of 40 real images, not 100');
    const none = await go({ data: noise(9, 1), count: 9 });
    expect(none.floorReals).toBe(0);
    expect(none.metrics.every(({ floor }) => floor === undefined)).toBe(true);
    expect(none.warnings.join()).toContain('too few images to compare half of them');
  });

  it('warns of a singular covariance', async () => {
    const { go } = await setUp();
    const few = await go({ count: 4, metrics: ['frechetDistance'] });
    expect(few.warnings.join()).toMatch(/4 images are fewer than their 4 features, .* singular/);
  });

  it('leaves out metrics whose neighbours need more images, unless they were asked for', async () => {
    const { go } = await setUp();
    const leftOut =
      'precision, recall, density, coverage are left out: their neighbours need 6 images or more, and there are 5';
    for (const few of [{ data: noise(5) }, { count: 5 }]) {
      const report = await go(few);
      expect(report.metrics.map(({ name }) => name)).toEqual(['frechetDistance', 'kernelDistance']);
      expect(report.warnings).toContain(leftOut);
      await expect(go({ ...few, metrics: ['density'] })).rejects.toThrow(/6 images|5 neighbours/);
    }
  });

  it('takes as many images as the data has, from 100 to 10,000', async () => {
    const { run, extractor } = await setUp();
    const options = { run, extractor, cache: false, metrics: ['frechetDistance'] } as const;
    expect((await evaluate({ ...options, data: noise(80) })).fakes).toBe(100);
    expect((await evaluate({ ...options, data: noise(130) })).fakes).toBe(130);
    expect((await evaluate({ ...options, data: noise(10_010) })).fakes).toBe(10_000);
  });

  it('takes features without labels where no classifier can be trained, and says why', async () => {
    const { run, cacheDir } = await setUp();
    const options = { run, count: 30, threads: 1, cacheDir };
    const unlabelled = await evaluate({ ...options, data: tinyData(40) });
    expect(unlabelled.extractor?.id).toMatch(/^features-[0-9a-f]{16}$/);
    expect(unlabelled.warnings.join()).not.toContain('without a classifier');
    expect(unlabelled.metrics.map(({ name }) => name)).not.toContain('inceptionScore');
    const few = await evaluate({ ...options, data: noise(19) });
    expect(few.extractor?.id).toMatch(/^features-/);
    expect(few.warnings).toContain(
      'features without a classifier, which would need 20 images or more but received 19',
    );
    await expect(
      evaluate({ ...options, data: noise(19), extractor: 'train' }),
    ).rejects.toMatchObject({
      code: 'INVALID_DATA',
      message: 'noise: expected 20 images or more but received 19, to train a classifier',
    });
    const byName = await evaluate({ ...options, data: noise(40), extractor: 'features' });
    expect(byName.extractor?.id).toMatch(/^features-/);
    const values = await evaluate({ ...options, data: noise(40), extractor: 'values' });
    expect(values.extractor).toEqual({ id: 'values', description: 'the values themselves' });
  });

  it('marks a classifier that has learnt no more than to guess', async () => {
    const { run, cacheDir } = await setUp();
    // Noise whose labels mean nothing: ten classes, each a tenth.
    const report = await evaluate({ run, data: noise(300), count: 30, threads: 1, cacheDir });
    expect(report.extractor?.chance).toBe(true);
    expect(report.warnings.join('\n')).toMatch(
      /the classifier has [\d.]+ % of 30 held-out images right, and always guessing the commonest class 10\.00 %: .* mean little; .*'features'/,
    );
  });

  it('has an Inception score where there are logits', async () => {
    const { go } = await setUp({ extractor: new Quarters('logits', 10) });
    const { value, deviation, floor } = by(await go(), 'inceptionScore');
    expect(value).toBeGreaterThanOrEqual(1);
    expect(value).toBeLessThan(10);
    expect([typeof deviation, typeof floor?.deviation]).toEqual(['number', 'number']);
    await expect(
      go({ extractor: new Quarters(), metrics: ['inceptionScore'] }),
    ).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: 'inceptionScore: expected an extractor that gives logits, and this one gives none',
    });
  });

  it('draws labels as often as the data has them', async () => {
    const data = tinyData(40, true);
    const run = await trained(conditionalRecipe(), data);
    const common = { run, extractor: new Quarters(), cache: false, count: 12 };
    expect((await evaluate({ ...common, data })).labels).toBe('data');
    expect((await evaluate({ ...common, data: noise(40) })).labels).toBe('balanced');
  });
});

describe('features of real images', () => {
  it('are kept, to the bit, and found again by data, extractor, count and seed', async () => {
    const { go, extractor, cacheDir } = await setUp();
    const first = await go();
    extractor.seen = [];
    const second = await go();
    expect(extractor.seen).toEqual([16, 14]);
    expect(second.metrics).toEqual(first.metrics);
    for (const other of [{ seed: 1 }, { count: 20 }, { data: noise(80, 1) }]) {
      extractor.seen = [];
      const { fakes } = await go(other);
      expect(extractor.seen.reduce((a, b) => a + b)).toBe(3 * fakes);
    }
    const named = new Quarters('others');
    await go({ extractor: named });
    expect(named.seen.reduce((a, b) => a + b)).toBe(90);
    expect(await readdir(join(cacheDir, 'features'))).toHaveLength(5);
    extractor.seen = [];
    await go({ cache: false });
    expect(extractor.seen.reduce((a, b) => a + b)).toBe(90);
  });

  it('keep their logits', async () => {
    const { go } = await setUp({ extractor: new Quarters('logits', 10) });
    expect((await go()).metrics).toEqual((await go()).metrics);
  });

  it.each([
    ['altered', (bytes: Buffer) => bytes.fill(1, 60, 64)],
    ['cut short', (bytes: Buffer) => bytes.subarray(0, 100)],
    ['empty', () => Buffer.alloc(0)],
  ])('are found anew where the file is %s', async (_, damage) => {
    const { go, extractor, cacheDir } = await setUp();
    const first = await go();
    const [name = ''] = await readdir(join(cacheDir, 'features'));
    const path = join(cacheDir, 'features', name);
    const whole = await readFile(path);
    await writeFile(path, damage(Buffer.from(whole)));
    extractor.seen = [];
    const told: string[] = [];
    const again = await go({ onProgress: (text) => told.push(text) });
    expect(told[0]).toBe(`features again: ${path} is damaged`);
    expect(extractor.seen.reduce((a, b) => a + b)).toBe(90);
    expect(again.metrics).toEqual(first.metrics);
    expect(await readFile(path)).toEqual(whole);
  });

  it('cost a warning only where they cannot be kept', async () => {
    const { go, cacheDir } = await setUp();
    await writeFile(join(cacheDir, 'features'), '');
    expect((await go()).warnings[0]).toMatch(
      /^features of real images are not kept: could not write/,
    );
  });
});

describe('evaluate refuses', () => {
  it('options out of range', async () => {
    const { go } = await setUp();
    const cases: [Partial<EvaluateOptions>, RegExp][] = [
      [{ count: 1 }, /Expected a whole number from 2 for count but received 1/],
      [{ count: 2.5 }, /Expected a whole number from 2 for count but received 2.5/],
      [{ seed: -1 }, /Expected a whole number from 0 for seed/],
      [{ batch: 0 }, /Expected a whole number from 1 to 65536 for batch/],
      [
        { count: 5, metrics: ['precision', 'coverage'] },
        /Expected more images than the 5 neighbours of precision, coverage for count but received 5/,
      ],
      [{ neighbours: { precision: 30 } }, /more images than the 30 neighbours/],
      [{ neighbours: { density: 0 } }, /from 1 to 10000 for neighbours\.density/],
      [{ kernel: { subsetSize: 31 } }, /from 2 to 30 for kernel\.subsetSize/],
      [{ kernel: { subsets: 0 } }, /from 1 to 10000 for kernel\.subsets/],
      [{ splits: 0 }, /from 1 to 10000 for splits/],
      [{ metrics: [] }, /Expected a metric: frechetDistance/],
      [{ metrics: ['recal' as never] }, /Unknown metric "recal"; did you mean "recall"\?/],
    ];
    for (const [options, message] of cases) {
      const failure = go(options);
      await expect(failure).rejects.toThrow(message);
      await expect(failure).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    }
    const both = evaluate({ data: noise(80) });
    await expect(both).rejects.toThrow('Expected either a run or a generator');
  });

  it('data that does not fit', async () => {
    const { go } = await setUp();
    const cases: [Partial<EvaluateOptions>, RegExp][] = [
      [{ data: noise(1) }, /noise: expected 2 images or more but received 1/],
      [
        { data: noise(5), metrics: ['coverage'] },
        /noise: expected 6 images or more, as its neighbours ask for, but received 5/,
      ],
      [
        { data: noise(20, 0, { channels: 3, height: 8, width: 8 }) },
        /noise: expected images of 1×8×8, as the generator makes, but received 3×8×8/,
      ],
    ];
    for (const [options, message] of cases) {
      const failure = go(options);
      await expect(failure).rejects.toThrow(message);
      await expect(failure).rejects.toMatchObject({ code: 'INVALID_DATA' });
    }
    const { run } = await setUp();
    const unlabelled = evaluate({ run, data: tinyData(), count: 10, extractor: 'train' });
    await expect(unlabelled).rejects.toThrow('expected labelled images, to train a classifier');
  });

  it('an extractor that gives other than one row an image', async () => {
    const { go } = await setUp();
    const extractor = new Quarters();
    const right = extractor.extract.bind(extractor);
    extractor.extract = async (images) => {
      const { features } = await right(images);
      return { features: { ...features, count: features.count - 1 } };
    };
    await expect(go({ extractor })).rejects.toThrow(
      'features of real images: expected 16×4 from the extractor but received 15×4',
    );
  });
});
