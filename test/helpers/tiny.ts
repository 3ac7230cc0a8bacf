/** Small networks and data, for tests that train. */
import { mkdtempSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { ArrayDataset } from '../../lib/data/dataset.js';
import {
  batchNorm,
  concat,
  conv2d,
  dense,
  dropout,
  embedding,
  flatten,
  graph,
  input,
  leakyRelu,
  relu,
  reshape,
  tanh,
} from '../../lib/graph/index.js';
import type { RecipeConfig } from '../../lib/recipes/index.js';

const side = 8;

/** Dense G with batch norm and convolutional D with dropout, on 1×8×8: everything random and stateful is in them. */
export function tinyRecipe(overrides: Record<string, unknown> = {}): RecipeConfig {
  const z = input('z', { shape: [6] });
  const g = relu(batchNorm(dense(z, { units: 16 })));
  const image = reshape(tanh(dense(g, { units: side * side })), { shape: [1, side, side] });
  const x = input('image', { shape: [1, side, side] });
  const d = dropout(leakyRelu(conv2d(x, { filters: 4, kernel: 4, stride: 2, padding: 1 })), {
    rate: 0.3,
  });
  return {
    recipe: 'tiny',
    models: {
      generator: graph({ image }),
      discriminator: graph({ logits: dense(flatten(d), { units: 1 }) }),
    },
    latentSize: 6,
    loss: { kind: 'nonSaturating' },
    optimizers: {
      generator: { kind: 'adam', learningRate: 1e-3 },
      discriminator: { kind: 'adam', learningRate: 1e-3 },
    },
    batch: 8,
    ema: { decay: 0.9 },
    threads: 1,
    duration: { images: 160 },
    ...overrides,
  };
}

/** The same with a label in both networks. */
export function conditionalRecipe(): RecipeConfig {
  const z = input('z', { shape: [6] });
  const classes = 3;
  const both = concat([z, embedding(input('label', { classes }), { units: 4 })]);
  const image = reshape(tanh(dense(both, { units: 64 })), { shape: [1, side, side] });
  const x = flatten(input('image', { shape: [1, side, side] }));
  const joined = concat([x, embedding(input('label', { classes }), { units: 4 })]);
  const models = {
    generator: graph({ image }),
    discriminator: graph({ logits: dense(joined, { units: 1 }) }),
  };
  return tinyRecipe({ models, classes });
}

/** Images whose pixels tell their index. */
export function tinyData(length = 40, labelled = false): ArrayDataset {
  return new ArrayDataset({
    images: Uint8Array.from({ length: length * side * side }, (_, i) => (i * 7) % 256),
    shape: { channels: 1, height: side, width: side },
    ...(labelled && { labels: Array.from({ length }, (_, i) => i % 3) }),
  });
}

/** A folder that goes with the test. */
export async function temporaryDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'ganode-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A folder for all tests of a file, which goes after the last of them. */
export function sharedDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ganode-'));
  afterAll(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
