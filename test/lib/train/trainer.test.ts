import { copyFile, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ArrayDataset } from '../../../lib/data/dataset.js';
import { native } from '../../../lib/native.js';
import type { ProgressEvent, TrainEvent } from '../../../lib/train/events.js';
import { conditionalRecipe, temporaryDir, tinyData, tinyRecipe } from '../../helpers/tiny.js';
import { at, tensorsOf, train } from './training.js';

describe('Trainer', () => {
  it('reports, samples and saves at the steps of its recipe', async () => {
    const out = await temporaryDir();
    const events = await train({
      out,
      recipe: tinyRecipe({
        reportEvery: 4,
        checkpoint: { every: 6, keep: 2 },
        samples: { every: 10, count: 9 },
      }),
    });
    const steps = (type: string): number[] =>
      events.filter((event) => event.type === type).map(({ step }) => step);
    expect(steps('start')).toEqual([0]);
    expect(steps('progress')).toEqual([4, 8, 12, 16, 20]);
    expect(steps('epoch')).toEqual([5, 10, 15, 20]);
    expect(steps('samples')).toEqual([10, 20]);
    expect(steps('checkpoint')).toEqual([6, 12, 18, 20]);
    expect(events.at(-1)).toMatchObject({
      type: 'end',
      reason: 'completed',
      step: 20,
      images: 160,
      epoch: 4,
    });

    expect(await readdir(join(out, 'checkpoints'))).toEqual([
      'step-000018.safetensors',
      'step-000020.safetensors',
    ]);
    expect(await readdir(join(out, 'samples'))).toEqual(['000010.png', '000020.png']);
    expect((await readFile(join(out, 'latest'), 'utf8')).trim()).toBe(
      'checkpoints/step-000020.safetensors',
    );
    const lines = (await readFile(join(out, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).step)).toEqual([4, 8, 12, 16, 20]);
    const first = JSON.parse(lines[0] as string);
    expect(first).toMatchObject({ images: 32, epoch: 0.8 });
    expect(first.discriminatorLoss).toBeGreaterThan(0);
    expect(first.waitedShare).toBeGreaterThanOrEqual(0);
    const config = JSON.parse(await readFile(join(out, 'config.json'), 'utf8'));
    expect(config.recipe.models.generator.version).toBe(1);
  });

  it('computes the same however its steps are cut into runs', async () => {
    const dirs = [await temporaryDir(), await temporaryDir(), await temporaryDir()] as const;
    const reports = [1, 7, 20] as const;
    for (const [i, out] of dirs.entries()) {
      const recipe = tinyRecipe({ reportEvery: reports[i], flip: true });
      await train({ out, recipe, data: tinyData(400) });
    }
    const [a, b, c] = await Promise.all(dirs.map((dir) => tensorsOf(at(dir, 20))));
    expect(b).toEqual(a);
    expect(c).toEqual(a);
  });

  it('means of reports are those of the steps, whatever the reports', async () => {
    const mean = (events: TrainEvent[]): number => {
      const progress = events.filter((event) => event.type === 'progress');
      return (
        progress.reduce((sum, { metrics }) => sum + (metrics.discriminatorLoss ?? Number.NaN), 0) /
        progress.length
      );
    };
    const often = await train({ recipe: tinyRecipe({ reportEvery: 1 }) });
    const once = await train({ recipe: tinyRecipe({ reportEvery: 20 }) });
    expect(mean(often)).toBeCloseTo(mean(once), 12);
  });

  it('resumes exactly: 20 steps, and 10 with a stop and 10 more, give the same bits', async () => {
    const [a, b, c] = [await temporaryDir(), await temporaryDir(), await temporaryDir()];
    const recipe = tinyRecipe({
      flip: true,
      checkpoint: { keep: null },
      discriminatorSteps: 2,
      generatorSteps: 2,
      duration: { images: 320 },
    });
    await train({ out: a, recipe });
    await train({ out: c, recipe });
    await train({ out: b, recipe: { ...recipe, duration: { images: 160 } } });
    const more = await train({ out: b, resume: true, recipe: { duration: { images: 320 } } });
    expect(more[0]).toMatchObject({
      type: 'start',
      step: 10,
      totalSteps: 20,
      resumedFrom: at(b, 10),
    });
    const whole = await tensorsOf(at(a, 20));
    expect(Object.keys(whole).length).toBeGreaterThan(30);
    expect(await tensorsOf(at(c, 20))).toEqual(whole);
    expect(await tensorsOf(at(b, 20))).toEqual(whole);
    expect(await tensorsOf(at(b, 10))).not.toEqual(whole);
  });

  it('computes in bfloat16 when asked, near to float32', async () => {
    const loss = async (precision: string): Promise<number> => {
      const events = await train({ recipe: tinyRecipe({ precision, reportEvery: 20 }) });
      const progress = events.find((event) => event.type === 'progress');
      return progress?.type === 'progress'
        ? (progress.metrics.discriminatorLoss ?? Number.NaN)
        : Number.NaN;
    };
    const [fp32, bf16] = [await loss('fp32'), await loss('bf16')];
    expect(bf16).not.toBe(fp32);
    // bfloat16 has eight bits of precision; twenty steps let it drift a little.
    expect(Math.abs(bf16 - fp32) / fp32).toBeLessThan(0.02);
  });

  it('is another run with another seed', async () => {
    const [a, b] = [await temporaryDir(), await temporaryDir()];
    await train({ out: a });
    await train({ out: b, recipe: tinyRecipe({ seed: 43 }) });
    const name = 'generator.dense.weight';
    expect((await tensorsOf(at(a, 20)))[name]).not.toBe((await tensorsOf(at(b, 20)))[name]);
  });

  it('works on labelled data', async () => {
    const events = await train({ recipe: conditionalRecipe(), data: tinyData(40, true) });
    expect(events.at(-1)).toMatchObject({ reason: 'completed' });
    await expect(train({ recipe: conditionalRecipe() })).rejects.toThrow(
      /labelled data for 3 classes/,
    );
  });

  it('works on float32 data, taken as it is', async () => {
    const bytes = Uint8Array.from({ length: 40 * 64 }, (_, i) => (i * 7) % 256);
    const shape = { channels: 1, height: 8, width: 8 };
    const loss = async (images: Uint8Array | Float32Array): Promise<number> => {
      const events = await train({ data: new ArrayDataset({ images, shape }) });
      return (events.find(({ type }) => type === 'progress') as ProgressEvent).metrics
        .discriminatorLoss as number;
    };
    const scaled = Float32Array.from(bytes, (value) => value / 127.5 - 1);
    expect(await loss(scaled)).toBeCloseTo(await loss(bytes), 4);
    expect(await loss(scaled.map((value) => -value))).not.toBeCloseTo(await loss(bytes), 4);
  });

  it('resumes with another arithmetic of the GPU, as on another device', async () => {
    const out = await temporaryDir();
    await train({ out });
    const recipe = { tf32: 'none', deterministic: true };
    await expect(train({ out, resume: true, recipe })).resolves.toBeDefined();
  });

  it('refuses data that does not fit', async () => {
    await expect(train({ data: tinyData(7) })).rejects.toThrow(/at least 8 images/);
    const wide = tinyRecipe({ image: { channels: 1, height: 8, width: 9 } });
    await expect(train({ recipe: wide })).rejects.toThrow(
      /Expected images of 1×8×9 for the recipe but array has 1×8×8/,
    );
    const wrong = tinyRecipe({ latentSize: 7 });
    await expect(train({ recipe: wrong })).rejects.toThrow(
      /latentSize: expected 6, .* but received 7/,
    );
  });
});

describe('a checkpoint that is not right', () => {
  it('is refused, and an earlier whole one is named', async () => {
    const out = await temporaryDir();
    await train({ out, recipe: tinyRecipe({ checkpoint: { every: 10, keep: null } }) });
    const last = at(out, 20);
    const bytes = await readFile(last);
    await copyFile(last, `${last}.whole`);
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] as number) ^ 1;
    await writeFile(last, bytes);
    const resumed = train({ out, resume: true, recipe: { duration: { images: 200 } } });
    await expect(resumed).rejects.toThrow(`an earlier one is whole: resume from ${at(out, 10)}`);
    await truncate(last, 1000);
    await expect(train({ out, resume: true, recipe: {} })).rejects.toMatchObject({
      code: 'CHECKPOINT_CORRUPT',
    });
    expect((await native().inspectCheckpoint(at(out, 10))).bytes).toBeGreaterThan(0);
  });

  it('of another recipe or other data does not resume', async () => {
    const out = await temporaryDir();
    await train({ out });
    const mismatch = { code: 'CHECKPOINT_MISMATCH' };
    await expect(train({ out, resume: true, recipe: { batch: 4 } })).rejects.toMatchObject(
      mismatch,
    );
    await expect(train({ out, resume: true, recipe: {}, data: tinyData(41) })).rejects.toThrow(
      /was trained on other data \(array\) than this \(array\): 40 images then, 41 now\. --changed-data/,
    );
    const session = await native().createSession(
      JSON.stringify({
        ...JSON.parse(JSON.stringify(await describeRecipe(at(out, 20)))),
        ema: null,
      }),
    );
    await expect(session.load(at(out, 20))).rejects.toThrow(
      /holds tensors that the recipe has no place for/,
    );
    await session.dispose();
  });
});

async function describeRecipe(path: string): Promise<unknown> {
  return JSON.parse((await native().inspectCheckpoint(path)).metadata['ganode.recipe'] as string);
}
