import { afterAll, describe, expect, it } from 'vitest';
import { type NativeSession, native, type TensorData } from '../../../lib/native.js';
import { type Recipe, resolveRecipe } from '../../../lib/recipes/index.js';
import { batchesPerStep } from '../../../lib/recipes/procedure.js';
import { withProcedure } from '../../../lib/recipes/written-down.js';

const sessions: NativeSession[] = [];

async function sessionOf(recipe: Recipe): Promise<NativeSession> {
  const session = await native().createSession(JSON.stringify(recipe));
  sessions.push(session);
  return session;
}

afterAll(async () => {
  await Promise.all(sessions.map((session) => session.dispose()));
});

const steps = 3;

/** Bytes that look random, and labels. */
function data(recipe: Recipe): { images: Uint8Array; labels?: Int32Array } {
  const { channels, height, width } = recipe.image;
  const items = steps * batchesPerStep(recipe) * recipe.batch;
  const images = new Uint8Array(items * channels * height * width);
  let state = 7;
  for (let i = 0; i < images.length; i += 1) {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    images[i] = state >> 16;
  }
  const labels = Int32Array.from({ length: items }, (_, i) => i % Math.max(1, recipe.classes));
  return { images, ...(recipe.classes > 0 && { labels }) };
}

const rows = (report: { columns: string[]; values: Float64Array; completed: number }) =>
  Array.from({ length: report.completed }, (_, row) =>
    Object.fromEntries(
      report.columns.map((column, i) => [column, report.values[row * report.columns.length + i]]),
    ),
  );

/** How far apart the weights of two sessions are, as a share of how far they have moved from where they began. */
function distance(
  begun: Record<string, TensorData>,
  one: Record<string, TensorData>,
  other: Record<string, TensorData>,
): number {
  let apart = 0;
  let moved = 0;
  for (const [name, { data: values }] of Object.entries(one)) {
    if (!/^(generator|discriminator|encoder)\./.test(name)) continue;
    for (let i = 0; i < values.length; i += 1) {
      const value = Number(values[i]);
      apart += (value - Number(other[name]?.data[i])) ** 2;
      moved += (value - Number(begun[name]?.data[i])) ** 2;
    }
  }
  return Math.sqrt(apart / moved);
}

const small = { threads: 1, batch: 6, seed: 3 };
const dcgan = { recipe: 'dcgan', model: { width: 2, latentSize: 4 }, ...small };
const sgd = { kind: 'sgd', learningRate: 0.05 };
const square = (height: number, channels = 1) => ({ channels, height, width: height });

/** What a recipe's settings can say, each in one case at least. */
const cases: Record<
  string,
  { config: Record<string, unknown>; image?: ReturnType<typeof square>; classes?: number }
> = {
  dcgan: { config: dcgan },
  minimax: { config: { ...dcgan, loss: { kind: 'minimax', labelSmoothing: 0.1 } } },
  lsgan: { config: { ...dcgan, loss: { kind: 'leastSquares' } } },
  hinge: { config: { ...dcgan, loss: { kind: 'hinge', topK: 0.5 } } },
  'relativistic average': { config: { ...dcgan, loss: { kind: 'relativisticAverage' } } },
  // Many of its gradients are zero but for rounding at first, of which Adam would make steps like any other.
  r3gan: {
    config: {
      recipe: 'r3gan',
      ...small,
      model: { width: 8, latentSize: 4 },
      optimizers: { generator: sgd, discriminator: sgd },
    },
    image: square(16),
  },
  wgan: { config: { recipe: 'wgan', ...small, model: { width: 2, latentSize: 4 } } },
  'wgan-gp': {
    config: { recipe: 'wgan-gp', ...small, model: { width: 2, latentSize: 4 } },
    image: square(16),
  },
  dragan: {
    config: {
      ...dcgan,
      penalties: [
        { kind: 'dragan', sided: 'one' },
        { kind: 'drift', weight: 0.1 },
      ],
    },
  },
  accumulation: { config: { ...dcgan, accumulation: 2, discriminatorSteps: 2, generatorSteps: 2 } },
  'lazy r1': {
    config: {
      ...dcgan,
      penalties: [
        { kind: 'r1', interval: 2 },
        { kind: 'orthogonal', weight: 0.01 },
      ],
    },
  },
  lecam: { config: { ...dcgan, penalties: [{ kind: 'leCam' }] } },
  consistency: { config: { ...dcgan, penalties: [{ kind: 'consistency', shift: 2 }] } },
  pacgan: {
    config: { recipe: 'pacgan', ...small, packing: 2, model: { width: 2, latentSize: 4 } },
  },
  acgan: {
    config: { recipe: 'acgan', ...small },
    image: square(16, 3),
    classes: 3,
  },
  mgan: {
    config: { recipe: 'mgan', ...small, model: { latentSize: 4, width: 2, experts: 2 } },
    image: square(16),
  },
  megan: {
    config: {
      recipe: 'megan',
      ...small,
      model: { latentSize: 4, experts: 2, width: 2, discriminatorWidth: 2, gateUnits: 3 },
    },
    image: square(16),
  },
  stylegan2: {
    config: {
      recipe: 'stylegan2',
      ...small,
      model: { latentSize: 4, styleSize: 4, width: 4, maxWidth: 4 },
    },
    image: square(16),
  },
  vae: { config: { recipe: 'vae', ...small, accumulation: 2, model: { units: 4, latentSize: 2 } } },
  'vae, gaussian': {
    config: {
      recipe: 'vae',
      ...small,
      model: { units: 4, latentSize: 2 },
      autoencoding: { likelihood: { kind: 'gaussian', deviation: 0.5 }, beta: 2 },
    },
  },
  'vae-gan': {
    config: { recipe: 'vae-gan', ...small, model: { latentSize: 4, width: 2 } },
    image: square(16, 3),
  },
  aae: { config: { recipe: 'aae', ...small, model: { latentSize: 2, units: 6 } } },
  avb: { config: { recipe: 'avb', ...small, model: { latentSize: 2 } } },
  progan: {
    config: {
      recipe: 'progan',
      ...small,
      model: { latentSize: 4, width: 4, maxWidth: 4 },
      growing: { from: 4, fadeImages: 10, stableImages: 10, batches: { 4: 6, 8: 6 } },
    },
    image: square(8),
  },
};

/** A logit near the threshold falls on either side of it by rounding. */
const toleranceOf = (column: string): number => (column.endsWith('Accuracy') ? 0.1 : 2e-4);

describe('a recipe that is written down as a procedure does what its settings do', () => {
  it.each(Object.entries(cases))('%s', async (_, { config, image = square(28), classes }) => {
    const recipe = resolveRecipe(config, { image, ...(classes && { classes }) });
    const written = withProcedure(recipe);
    expect(batchesPerStep(written)).toBe(batchesPerStep(recipe));
    const [before, after] = [await sessionOf(recipe), await sessionOf(written)];
    const begun = await before.readTensors();
    const request = { steps, ...data(recipe) };
    const [old, own] = [await before.run(request), await after.run(request)];
    expect(own.completed).toBe(steps);
    expect([...own.columns].sort()).toEqual([...old.columns].sort());
    const [oldRows, ownRows] = [rows(old), rows(own)];
    for (const [i, row] of oldRows.entries()) {
      for (const [column, value] of Object.entries(row)) {
        // Fresh fakes of further updates of G are looked at as well.
        if (column === 'sampleDiversity' && recipe.generatorSteps > 1) continue;
        const got = ownRows[i]?.[column] as number;
        if (Number.isNaN(value)) expect(got, column).toBeNaN();
        else
          expect(
            Math.abs(got - (value as number)),
            `${column} of step ${i + 1}: ${got}, was ${value}`,
          ).toBeLessThan(toleranceOf(column) * (1 + Math.abs(value as number)));
      }
    }
    // A bias before a normalization moves by rounding alone, and Adam makes as much of that as of any gradient.
    const [weights, others] = [await before.readTensors(), await after.readTensors()];
    expect(distance(begun, weights, others)).toBeLessThan(0.05);
  });
});
