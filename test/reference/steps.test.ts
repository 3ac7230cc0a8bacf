/** Whole training steps against PyTorch (values: scripts/reference/steps.py): losses and updated weights. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dcganDiscriminator, dcganGenerator } from '../../lib/models/dcgan.js';
import { native, type TensorData } from '../../lib/native.js';
import { recipeSchema } from '../../lib/recipes/schema.js';
import { wave } from '../helpers/wave.js';

interface Case {
  title: string;
  width: number;
  classes: number;
  batch: number;
  steps: number;
  accumulation: number;
  discriminatorSteps: number;
  generatorSteps: number;
  loss: string;
  optimizer: Record<string, unknown>;
  emaDecay: number;
  latents: number;
  rows: number[][];
  weights: Record<string, { digest: number[]; first: number[] }>;
}

const file = new URL('fixtures/steps.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };
const tolerance = 1e-5;
const latentSize = 10;

function recipeOf(wanted: Case): string {
  const image = { channels: 1, height: 28, width: 28 };
  const options = { latentSize, width: wanted.width };
  return JSON.stringify(
    recipeSchema.parse({
      version: 1,
      recipe: 'test',
      image,
      latentSize,
      models: {
        generator: dcganGenerator(image, options, wanted.classes),
        discriminator: dcganDiscriminator(image, options, wanted.classes),
      },
      loss: { kind: wanted.loss },
      optimizers: { generator: wanted.optimizer, discriminator: wanted.optimizer },
      batch: wanted.batch,
      accumulation: wanted.accumulation,
      discriminatorSteps: wanted.discriminatorSteps,
      generatorSteps: wanted.generatorSteps,
      ema: { decay: wanted.emaDecay },
      threads: 1,
      duration: { images: 1 },
    }),
  );
}

/** Weights of one network by the script's formula: the i-th tensor by name has phase offset + i. */
function fill(
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

describe('training steps equal PyTorch', () => {
  for (const wanted of cases) {
    it(wanted.title, async () => {
      const session = await native().createSession(recipeOf(wanted));
      try {
        const fresh = await session.readTensors();
        const generator = fill(fresh, 'generator', 0);
        const average = Object.fromEntries(
          Object.entries(generator).map(([name, value]) => [
            name.replace('generator.', 'ema.'),
            value,
          ]),
        );
        await session.writeTensors({
          ...generator,
          ...average,
          ...fill(fresh, 'discriminator', 100),
        });

        const { steps, batch, discriminatorSteps, accumulation } = wanted;
        const items = steps * discriminatorSteps * accumulation * batch;
        const images = Uint8Array.from(
          { length: items * 784 },
          (_, i) => (37 * i + 11 * Math.floor(i / 784)) % 256,
        );
        const latents = new Float32Array(wanted.latents * batch * latentSize);
        for (let i = 0; i < wanted.latents; i += 1) {
          latents.set(wave(batch * latentSize, 1, i), i * batch * latentSize);
        }
        const labels = Int32Array.from(
          { length: items },
          (_, i) => i % Math.max(wanted.classes, 1),
        );
        const report = await session.run({ steps, images, labels, latents });
        expect(report.completed).toBe(steps);
        wanted.rows.flat().forEach((value, i) => {
          const got = report.values[i] as number;
          const where = `step ${Math.floor(i / 5)} ${report.columns[i % 5]}`;
          expect(Math.abs(got - value) / Math.max(1, Math.abs(value)), where).toBeLessThan(
            tolerance,
          );
        });

        const trained = await session.readTensors(Object.keys(wanted.weights));
        for (const [name, { digest: sums, first }] of Object.entries(wanted.weights)) {
          const values = (trained[name] as TensorData).data;
          const norm = Math.max(sums[0] as number, 1e-3);
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
      } finally {
        await session.dispose();
      }
    });
  }
});
