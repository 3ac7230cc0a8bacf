/** Whole training steps against PyTorch (values: scripts/reference/steps.py): losses and updated weights. */
import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { dcganDiscriminator, dcganGenerator } from '../../lib/models/dcgan.js';
import type { OptimizerOptions } from '../../lib/recipes/schema.js';
import { expectSteps, image, latentSize, type Wanted } from './stepping.js';

interface Case extends Omit<Wanted, 'rows'> {
  title: string;
  width: number;
  accumulation: number;
  discriminatorSteps: number;
  generatorSteps: number;
  loss: 'minimax' | 'nonSaturating';
  optimizer: OptimizerOptions;
  emaDecay: number;
  rows: number[][];
}

const columns = [
  'discriminatorLoss',
  'generatorLoss',
  'realLogit',
  'fakeLogit',
  'discriminatorAccuracy',
];
const file = new URL('fixtures/steps.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };

describe('training steps equal PyTorch', () => {
  it.each(cases)('$title', async (wanted) => {
    const { width, classes, optimizer } = wanted;
    const options = { latentSize, width };
    const rows = wanted.rows.map((row) =>
      Object.fromEntries(row.map((value, i) => [columns[i] as string, value])),
    );
    await expectSteps(
      { ...wanted, rows },
      {
        models: {
          generator: dcganGenerator(image, options, classes),
          discriminator: dcganDiscriminator(image, options, classes),
        },
        loss: { kind: wanted.loss },
        optimizers: { generator: optimizer, discriminator: optimizer },
        accumulation: wanted.accumulation,
        discriminatorSteps: wanted.discriminatorSteps,
        generatorSteps: wanted.generatorSteps,
        ema: { decay: wanted.emaDecay },
      },
    );
  });
});
