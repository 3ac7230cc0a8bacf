/** Runs training steps whose values PyTorch wrote (scripts/reference/steps.py and objectives.py), and compares. */
import { expect } from 'vitest';
import { native, type TensorData } from '../../lib/native.js';
import { batchesPerStep } from '../../lib/recipes/procedure.js';
import { type Recipe, type RecipeInput, recipeSchema } from '../../lib/recipes/schema.js';
import { withProcedure } from '../../lib/recipes/written-down.js';
import { wave } from '../helpers/wave.js';

export const latentSize = 10;
export const image = { channels: 1, height: 28, width: 28 };
const tolerance = 1e-5;

export interface Wanted {
  steps: number;
  batch: number;
  classes: number;
  /** Batches of latents that are used up. */
  latents: number;
  /** By column, a row for each step. */
  rows: Record<string, number>[];
  weights: Record<string, { digest: number[]; first: number[] }>;
}

/** Throws where losses, norms or weights differ from what is wanted. */
export async function expectSteps(
  wanted: Wanted,
  recipe: Omit<RecipeInput, 'version' | 'recipe' | 'image' | 'latentSize' | 'batch' | 'duration'>,
): Promise<void> {
  const resolved = recipeSchema.parse({
    version: 1,
    recipe: 'test',
    image,
    latentSize,
    threads: 1,
    ...recipe,
    batch: wanted.batch,
    classes: wanted.classes,
    duration: { images: 1 },
  });
  await expectStepsOf(wanted, resolved);
  if (resolved.update === 'alternating') await expectStepsOf(wanted, withProcedure(resolved));
}

async function expectStepsOf(wanted: Wanted, resolved: Recipe): Promise<void> {
  const { steps, batch, classes } = wanted;
  const session = await native().createSession(JSON.stringify(resolved));
  try {
    const fresh = await session.readTensors();
    const generator = fill(fresh, 'generator', 0);
    const encoder = fill(fresh, 'encoder', 200);
    const averages = Object.entries({ ...generator, ...encoder }).map(
      ([name, value]) => [`ema.${name.replace('generator.', '')}`, value] as const,
    );
    await session.writeTensors({
      ...generator,
      ...encoder,
      ...Object.fromEntries(averages),
      ...fill(fresh, 'discriminator', 100),
    });

    const items = steps * batchesPerStep(resolved) * batch;
    const images = Uint8Array.from(
      { length: items * 784 },
      (_, i) => (37 * i + 11 * Math.floor(i / 784)) % 256,
    );
    const latents = new Float32Array(wanted.latents * batch * latentSize);
    for (let i = 0; i < wanted.latents; i += 1) {
      latents.set(wave(batch * latentSize, 1, i), i * batch * latentSize);
    }
    const labels = Int32Array.from({ length: items }, (_, i) => i % Math.max(classes, 1));
    const report = await session.run({ steps, images, labels, latents });
    expect(report.completed).toBe(steps);
    wanted.rows.forEach((row, step) => {
      for (const [column, value] of Object.entries(row)) {
        const place = step * report.columns.length + report.columns.indexOf(column);
        const got = report.values[place] as number;
        const where = `step ${step} ${column}`;
        expect(Math.abs(got - value) / Math.max(1, Math.abs(value)), where).toBeLessThan(tolerance);
      }
    });
    expectWeights(await session.readTensors(Object.keys(wanted.weights)), wanted.weights);
  } finally {
    await session.dispose();
  }
}

function expectWeights(trained: Record<string, TensorData>, wanted: Wanted['weights']): void {
  for (const [name, { digest: sums, first }] of Object.entries(wanted)) {
    const values = (trained[name] as TensorData).data;
    // Running means near zero are sums of what cancels.
    const norm = Math.max(sums[0] as number, 1e-2);
    digest(values).forEach((sum, i) => {
      expect(Math.abs(sum - (sums[i] as number)) / norm, `${name} digest ${i}`).toBeLessThan(
        tolerance * Math.sqrt(i === 0 ? 1 : values.length),
      );
    });
    first.forEach((value, i) => {
      const worst = Math.abs(Number(values[i]) - value) / Math.max(Math.abs(value), 1e-2);
      expect(worst, `${name}[${i}]`).toBeLessThan(1e-3);
    });
  }
}

/** Weights of one network by the script's formula: the i-th tensor by name has phase offset + i. */
export function fill(
  tensors: Record<string, TensorData>,
  prefix: string,
  offset: number,
): Record<string, TensorData> {
  const names = Object.keys(tensors)
    .filter((name) => name.startsWith(`${prefix}.`))
    .sort();
  return Object.fromEntries(
    names.flatMap((name, index) => {
      if (name.includes('running')) return [];
      const { shape, data } = tensors[name] as TensorData;
      const scale = name.startsWith(`${prefix}.batchNorm`) && name.endsWith('weight');
      const values = wave(data.length, 0.05, offset + index);
      return [[name, { shape, data: scale ? values.map((value) => 1 + value) : values }]];
    }),
  );
}

function digest(values: ArrayLike<number | bigint>): number[] {
  const flat = Float64Array.from(values as ArrayLike<number>);
  const dot = (other: ArrayLike<number>): number =>
    flat.reduce((sum, value, i) => sum + value * (other[i] as number), 0);
  const n = flat.length;
  return [Math.sqrt(dot(flat)), dot(wave(n, 1, 0)), dot(wave(n, 1, 1))];
}
