/** Networks that grow while they train: which step is what, and that a checkpoint goes on from any of them. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { ArrayDataset } from '../../../lib/data/dataset.js';
import { native, type TensorData } from '../../../lib/native.js';
import { type Recipe, type RecipeConfig, resolveRecipe } from '../../../lib/recipes/index.js';
import { Generator } from '../../../lib/sample/generator.js';
import type { ProgressEvent } from '../../../lib/train/events.js';
import { describe as inspect } from '../../../lib/train/inspect.js';
import { Schedule } from '../../../lib/train/schedule.js';
import { Timeline } from '../../../lib/train/timeline.js';
import { Trainer } from '../../../lib/train/trainer.js';
import { temporaryDir } from '../../helpers/tiny.js';
import { at, tensorsOf, train } from './training.js';

const image = { channels: 1, height: 16, width: 16 };
const length = 100;
const pixels = 256;
const data = new ArrayDataset({
  images: Uint8Array.from({ length: length * pixels }, (_, i) => (i * 7919) % 256),
  shape: image,
});

/** 4×4 until 100 images are shown, 8×8 fades in over 60, stays for 100, 16×16 fades in over 60. */
const config = (more: RecipeConfig = {}): RecipeConfig => ({
  recipe: 'progan',
  model: { latentSize: 6, width: 2, maxWidth: 4 },
  batch: 4,
  growing: {
    stableImages: 100,
    fadeImages: 60,
    batches: { 4: 16, 8: 8, 16: 4 },
    learningRateFactors: { 16: 0.5 },
  },
  threads: 1,
  reportEvery: 1,
  checkpoint: { every: 1, keep: null },
  duration: { images: 340 },
  ...more,
});
const resolved = (more: RecipeConfig = {}): Recipe => resolveRecipe(config(more), { image });

describe('Timeline', () => {
  it('has a stage for each size, with its batch', () => {
    // 4×4 up to the first step that begins with more than 100 images: 7·16 = 112 are shown before it. 8×8 up to the first with
    // more than 260: 112 + 19·8 = 264.
    expect(new Timeline(resolved()).stages).toEqual([
      { firstStep: 0, firstImages: 0, batch: 16, imagesPerStep: 16 },
      { firstStep: 7, firstImages: 112, batch: 8, imagesPerStep: 8 },
      { firstStep: 26, firstImages: 264, batch: 4, imagesPerStep: 4 },
    ]);
  });

  it('counts images and steps through the stages', () => {
    const timeline = new Timeline(resolved());
    expect([0, 1, 7, 8, 26, 27].map((step) => timeline.images(step))).toEqual([
      0, 16, 112, 120, 264, 268,
    ]);
    expect([1, 16, 17, 112, 113, 264, 265].map((images) => timeline.stepsFor(images))).toEqual([
      1, 1, 2, 7, 8, 26, 27,
    ]);
  });

  it('counts several batches a step', () => {
    const stages = new Timeline(resolved({ discriminatorSteps: 2, accumulation: 2 })).stages;
    expect(stages.map(({ firstStep, imagesPerStep }) => [firstStep, imagesPerStep])).toEqual([
      [0, 64],
      [2, 32],
      [7, 16],
    ]);
  });

  it('is one stage for networks that do not grow, or begin at their size', () => {
    const whole = { stableImages: 1, from: 16, batches: { 16: 2 } };
    expect(new Timeline(resolved({ growing: whole })).stages).toEqual([
      { firstStep: 0, firstImages: 0, batch: 2, imagesPerStep: 2 },
    ]);
    expect(new Timeline(resolved({ growing: null })).stages).toHaveLength(1);
  });

  it('changes at once where nothing fades', () => {
    const growing = { from: 8, stableImages: 20, fadeImages: 0, batches: { 8: 8 } };
    expect(new Timeline(resolved({ growing })).stages.map(({ firstStep }) => firstStep)).toEqual([
      0, 3,
    ]);
  });
});

describe('Schedule', () => {
  it('counts epochs as passes over the data, whatever the batches', () => {
    const schedule = new Schedule(resolved(), length);
    // 6 batches of 16 are an epoch, then 12 of 8, then 25 of 4.
    expect(schedule.epoch(7)).toBeCloseTo(7 / 6, 12);
    expect(schedule.epoch(26)).toBeCloseTo(7 / 6 + 19 / 12, 12);
    expect(schedule.epoch(27)).toBeCloseTo(7 / 6 + 19 / 12 + 1 / 25, 12);
    expect(schedule.totalSteps).toBe(26 + 19);
    const epochs = (count: number): number =>
      new Schedule(resolved({ duration: { epochs: count } }), length).totalSteps;
    expect([1, 1.5, 3].map(epochs)).toEqual([6, 11, 33]);
  });
});

async function reports(more: RecipeConfig = {}): Promise<ProgressEvent[]> {
  const events = await train({ recipe: config(more), data });
  return events.filter((event): event is ProgressEvent => event.type === 'progress');
}

describe('growing', () => {
  it('goes through the levels of detail, each step at its own', async () => {
    const lods = (await reports()).map(({ metrics }) => metrics.lod);
    expect(lods).toHaveLength(45);
    expect(lods.slice(0, 7)).toEqual(new Array(7).fill(2));
    // Step i + 1 begins when 112, 120, … images are shown.
    for (const step of [7, 8, 12]) {
      expect(lods[step]).toBeCloseTo(2 - (112 + 8 * (step - 7) - 100) / 60, 6);
    }
    expect(lods.slice(13, 26)).toEqual(new Array(13).fill(1));
    expect(lods[26]).toBeCloseTo(1 - 4 / 60, 6);
    expect(lods[44]).toBe(0);
  });

  it('tells how many images were shown', async () => {
    const all = await reports();
    expect([all[6], all[25], all[44]].map((one) => one?.images)).toEqual([112, 264, 340]);
  });

  it('begins the optimizers anew where a fade begins and where it ends', async () => {
    const counts = async (more: RecipeConfig) => {
      const recipe = resolved(more);
      const session = await native().createSession(JSON.stringify(recipe));
      onTestFinished(() => session.dispose());
      const { stages } = new Timeline(recipe);
      const updates: number[] = [];
      for (let step = 0; step < 45; step += 1) {
        const { batch } = stages.findLast(({ firstStep }) => firstStep <= step) ?? { batch: 0 };
        await session.run({ steps: 1, images: new Uint8Array(batch * pixels).fill(step) });
        const name = 'optimizer.discriminator.step';
        const { [name]: count } = await session.readTensors([name]);
        updates.push(Number((count as TensorData).data[0]));
      }
      return updates;
    };
    // Fades begin with steps 8 and 27, and have ended when steps 14 (160 images) and 41 (320) begin, of which the latter is
    // the first at level 0.
    const begins = [1, 8, 14, 27, 41];
    const expected = Array.from({ length: 45 }, (_, i) => {
      const last = begins.findLast((step) => step <= i + 1) as number;
      return i + 2 - last;
    });
    expect(await counts({})).toEqual(expected);
    const { growing } = config();
    const kept = { growing: { ...(growing as object), resetOptimizers: false } };
    expect(await counts(kept)).toEqual(Array.from({ length: 45 }, (_, i) => i + 1));
  });

  it('multiplies learning rates by what the recipe says for the size', async () => {
    const sgd = { kind: 'sgd', learningRate: 0.01, momentum: 0 };
    const moved = async (factors: Record<string, number>): Promise<number[]> => {
      const growing = { ...(config()['growing'] as object), learningRateFactors: factors };
      const recipe = resolved({ growing, optimizers: { generator: sgd, discriminator: sgd } });
      const session = await native().createSession(JSON.stringify(recipe));
      onTestFinished(() => session.dispose());
      const name = 'discriminator.conv4.weight';
      const read = async () =>
        Array.from((await session.readTensors([name]))[name]?.data ?? [], Number);
      const before = await read();
      const images = Uint8Array.from({ length: 16 * pixels }, (_, i) => (i * 7919) % 256);
      await session.run({ steps: 1, images });
      return (await read()).map((value, i) => value - (before[i] as number));
    };
    const [whole, half, other] = [
      await moved({}),
      await moved({ 4: 0.5 }),
      await moved({ 8: 0.5 }),
    ];
    expect(other).toEqual(whole);
    const largest = Math.max(...whole.map(Math.abs));
    expect(largest).toBeGreaterThan(1e-4);
    for (const [i, value] of half.entries()) {
      expect(Math.abs(value - (whole[i] as number) / 2)).toBeLessThan(1e-3 * largest);
    }
  });

  it('stops what is queued across a change of batches', async () => {
    const session = await native().createSession(JSON.stringify(resolved()));
    onTestFinished(() => session.dispose());
    const queued = [
      session.run({ steps: 7, images: new Uint8Array(7 * 16 * pixels) }),
      session.run({ steps: 5, images: new Uint8Array(5 * 8 * pixels) }),
    ];
    session.cancel();
    const [first, second] = await Promise.all(queued);
    expect(first?.completed).toBeLessThan(7);
    expect(second?.completed).toBe(0);
  });

  it('resumes exactly from every step: at a size, in a fade, and where one begins and ends', async () => {
    const whole = await temporaryDir();
    await train({ recipe: config(), data, out: whole });
    const expected = await tensorsOf(at(whole, 45));
    for (const step of [6, 7, 10, 12, 13, 26, 33]) {
      const parts = await temporaryDir();
      await train({
        recipe: { checkpoint: { every: 100 } },
        data,
        out: parts,
        resume: at(whole, step),
      });
      expect(await tensorsOf(at(parts, 45)), `from step ${step}`).toEqual(expected);
    }
  });

  it('samples a checkpoint at its level: pixels come in squares of it', async () => {
    const dir = await temporaryDir();
    await train({ recipe: config(), data, out: dir });
    const squares = async (step: number, side: number): Promise<boolean> => {
      await using generator = await Generator.load(at(dir, step), { threads: 1 });
      const { data: values } = await generator.sample(1, { seed: 3 });
      return Array.from({ length: pixels }, (_, i) => {
        const [y, x] = [Math.floor(i / 16), i % 16];
        return values[i] === values[(y - (y % side)) * 16 + x - (x % side)];
      }).every(Boolean);
    };
    expect(await squares(5, 4)).toBe(true);
    expect([await squares(10, 4), await squares(10, 2)]).toEqual([false, true]);
    expect([await squares(20, 4), await squares(20, 2)]).toEqual([false, true]);
    expect(await squares(45, 2)).toBe(false);
    expect((await inspect(at(dir, 10))).images).toBe(136);
  });

  it('begins at its own level with the weights of another training', async () => {
    const dir = await temporaryDir();
    await train({ recipe: config({ checkpoint: { every: 100 } }), data, out: dir });
    await using trainer = await Trainer.create({ recipe: config(), data, transfer: dir });
    const { data: values } = await trainer.sample(1);
    expect([values[1], values[16], values[51]]).toEqual([values[0], values[0], values[0]]);
    expect(values[4]).not.toBe(values[0]);
  });

  it.each<[RecipeConfig, RegExp]>([
    [
      { growing: { from: 5 } },
      /^growing\.from: expected the height of the images, 16, halved .* got 5$/,
    ],
    [
      { growing: { from: 2 } },
      /^growing\.from: expected at least 4, for the generator can grow by 2 doublings, got 2$/,
    ],
    [{ growing: { stableImages: 0 } }, /^growing\.stableImages: expected .* received 0$/],
    [{ growing: { batches: { wide: 3 } } }, /^growing\.batches.*heights of images as keys/],
    [{ growing: { batches: { 8: 0 } } }, /^growing\.batches\.8: expected .* received 0$/],
    [{ growing: { speed: 2 } }, /^Unknown option "growing\.speed"/],
    [
      { packing: 2, growing: { batches: { 8: 3 } } },
      /^growing\.batches\.8: expected a multiple of packing \(2\) but received 3$/,
    ],
  ])('refuses %j', async (more, message) => {
    await expect(train({ recipe: config(more), data })).rejects.toThrow(message);
  });

  it('refuses a resumed run another schedule', async () => {
    const dir = await temporaryDir();
    await train({ recipe: config({ duration: { images: 32 } }), data, out: dir });
    const recipe = { growing: { stableImages: 50 } };
    await expect(train({ recipe, data, out: dir, resume: true })).rejects.toThrow(
      /a resumed run keeps its recipe; growing\.stableImages was 100 and 50 was asked for/,
    );
  });
});
