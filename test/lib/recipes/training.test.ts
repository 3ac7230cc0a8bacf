/** Every recipe trains, and resumes exactly: a few steps, narrow networks, noise for images. */
import { describe, expect, it } from 'vitest';
import { ArrayDataset } from '../../../lib/data/dataset.js';
import { type RecipeConfig, recipes } from '../../../lib/recipes/index.js';
import type { ProgressEvent } from '../../../lib/train/events.js';
import { tagOf } from '../../../lib/train/run-directory.js';
import { temporaryDir } from '../../helpers/tiny.js';
import { at, tensorsOf, train } from '../train/training.js';

const length = 80;
const noise = (height: number, width: number): ArrayDataset =>
  new ArrayDataset({
    images: Uint8Array.from({ length: length * height * width }, (_, i) => (i * 7919) % 256),
    shape: { channels: 1, height, width },
    labels: Array.from({ length }, (_, i) => i % 10),
  });
const [data28, data32, oblong] = [noise(28, 28), noise(32, 32), noise(48, 64)];
const dataOf = (recipe: string): ArrayDataset => (recipe === 'progan' ? data32 : data28);

const narrow: Record<string, Record<string, unknown>> = {
  dcgan: { width: 4 },
  'gan-2014': { generatorUnits: 16, discriminatorUnits: 8 },
  wgan: { width: 4 },
  'wgan-gp': { width: 4 },
  lsgan: { width: 4 },
  sngan: { width: 4 },
  pacgan: { width: 4 },
  acgan: { generatorWidth: 4, discriminatorWidth: 2 },
  r3gan: { width: 8, maxWidth: 8 },
  'wgan-gp-resnet': { width: 2 },
  'sngan-resnet': { width: 2 },
  biggan: { width: 2, attention: [14] },
  'biggan-deep': { width: 2, attention: [14] },
  progan: { latentSize: 8, width: 2, maxWidth: 4 },
  stylegan2: { width: 4, maxWidth: 8, latentSize: 8, styleSize: 8 },
  vae: { latentSize: 4, units: 16 },
  'vae-gan': { latentSize: 4, width: 4 },
  aae: { latentSize: 4, units: 16, posterior: 'gaussian' },
  avb: { latentSize: 4, noiseSize: 6, units: 16, decoderUnits: 16, discriminatorUnits: 8 },
  mgan: { width: 2, experts: 3 },
  megan: { width: 2, experts: 3, discriminatorWidth: 4 },
  rcgan: { generatorUnits: 8, discriminatorUnits: 8 },
};

/** The config of a recipe, small and for so many steps. */
function small(recipe: string, steps: number): RecipeConfig {
  const { discriminatorSteps = 1 } = recipes.find(({ name }) => name === recipe)?.defaults ?? {};
  return {
    recipe,
    model: narrow[recipe] ?? {},
    batch: 8,
    threads: 1,
    reportEvery: 1,
    checkpoint: { every: 2, keep: null },
    duration: { images: steps * 8 * discriminatorSteps },
    // Two steps at 4×4, then one of a fade.
    ...(recipe === 'progan' && {
      growing: { stableImages: 8, fadeImages: 16, batches: { 4: 8, 8: 8, 16: 8, 32: 8 } },
    }),
  };
}

async function twoSteps(recipe: string, config: Record<string, unknown>): Promise<ProgressEvent[]> {
  const events = await train({
    recipe: { ...small(recipe, 2), ...config },
    data: dataOf(recipe),
  });
  return events.filter((event): event is ProgressEvent => event.type === 'progress');
}

describe('recipes in training', () => {
  const anyShape = recipes.filter(({ name }) => name !== 'keras-mnist');
  it.each(anyShape.map(({ name }) => name))(
    '%s with images that are not square',
    async (recipe) => {
      const { attention, ...model } = narrow[recipe] ?? {};
      // A height of these images, after as many halvings as there are channels for.
      if (attention) model['attention'] = [6];
      const events = await train({
        recipe: {
          ...small(recipe, 1),
          model,
          duration: { images: 8 },
          ...(recipe === 'progan' && {
            growing: {
              stableImages: 1,
              fadeImages: 32,
              batches: { 3: 8, 6: 8, 12: 8, 24: 8, 48: 8 },
            },
          }),
        },
        data: oblong,
      });
      const progress = events.filter((event) => event.type === 'progress');
      expect(progress.length).toBeGreaterThan(0);
      for (const { metrics } of progress as ProgressEvent[]) {
        for (const value of Object.values(metrics)) expect(value).toSatisfy(Number.isFinite);
      }
    },
  );

  it.each(recipes.map(({ name }) => name))('%s', async (recipe) => {
    const progress = await twoSteps(recipe, {});
    expect(progress.map(({ step }) => step)).toEqual([1, 2]);
    for (const { metrics } of progress) {
      for (const [name, value] of Object.entries(metrics)) {
        expect(value).toSatisfy(Number.isFinite);
        expect(tagOf(name), name).toMatch(/^\w+\/\w+$/);
      }
    }
    const [first, second] = progress.map(({ metrics }) => metrics);
    expect(second).not.toEqual(first);
  });

  it.each(recipes.map(({ name }) => name))('%s resumes exactly', async (recipe) => {
    const [whole, parts] = [await temporaryDir(), await temporaryDir()];
    const data = dataOf(recipe);
    await train({ recipe: small(recipe, 4), data, out: whole });
    await train({ recipe: small(recipe, 2), data, out: parts });
    const { duration } = small(recipe, 4);
    await train({ recipe: { duration }, data, out: parts, resume: true });
    expect(await tensorsOf(at(parts, 4))).toEqual(await tensorsOf(at(whole, 4)));
  });

  it('stylegan2 resumes exactly between and at its lazy updates', async () => {
    // R1 is due in steps 1, 17, …, path length in 1, 5, 9, …
    const [whole, parts] = [await temporaryDir(), await temporaryDir()];
    const every = { checkpoint: { every: 1, keep: null } };
    await train({ recipe: { ...small('stylegan2', 21), ...every }, data: data28, out: whole });
    await train({ recipe: { ...small('stylegan2', 3), ...every }, data: data28, out: parts });
    for (const steps of [4, 5, 16, 17, 21]) {
      const { duration } = small('stylegan2', steps);
      await train({ recipe: { duration }, data: data28, out: parts, resume: true });
      expect(await tensorsOf(at(parts, steps)), `step ${steps}`).toEqual(
        await tensorsOf(at(whole, steps)),
      );
    }
  });

  it.each([1, 3, ['styleMapping']])(
    'stylegan2 trains with frozen layers of G: %j',
    async (generator) => {
      // The mapping is what the first layers are: path length still differentiates by what it gives.
      const progress = await twoSteps('stylegan2', { freeze: { generator } });
      expect(progress[0]?.metrics['penalty.pathLength']).toBeGreaterThan(0);
    },
  );

  it('rcgan with classes, of gated units, in both directions', async () => {
    const model = { cell: 'gru', layers: 2, dropout: 0.2, bidirectional: true, generatorUnits: 8 };
    expect(await twoSteps('rcgan', { classes: 10, model })).toHaveLength(2);
  });

  it.each(['dcgan', 'wgan', 'lsgan', 'sngan', 'r3gan', 'sngan-resnet', 'progan', 'stylegan2'])(
    '%s with labels',
    async (recipe) => {
      expect(await twoSteps(recipe, { classes: 10 })).toHaveLength(2);
    },
  );
});
