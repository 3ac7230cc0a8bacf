/** Training steps of autoencoders against PyTorch (values: scripts/reference/autoencoders.py): numbers, weights, outputs. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { GraphSpec } from '../../lib/graph/index.js';
import type { TensorData } from '../../lib/native.js';
import type { NetworkName } from '../../lib/recipes/autoencoding.js';
import { findRecipe } from '../../lib/recipes/registry.js';
import type { AutoencodingOptions, OptimizerOptions } from '../../lib/recipes/schema.js';
import { network } from '../helpers/network.js';
import { wave } from '../helpers/wave.js';
import { expectSteps, fill, image, latentSize, type Wanted } from './stepping.js';

interface Case extends Wanted {
  title: string;
  kind: AutoencodingOptions['kind'];
  model: Record<string, unknown>;
  accumulation: number;
  beta: number;
  gamma: number;
  adversarialWeight: number;
  loss: 'minimax' | 'nonSaturating';
  likelihood: AutoencodingOptions['likelihood'];
  optimizer: OptimizerOptions;
  emaDecay: number;
  outputs: Record<NetworkName, Record<string, number[]>>;
}

const file = new URL('fixtures/autoencoders.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };
const offsets = { generator: 0, discriminator: 100, encoder: 200 };
const recipeNames = { vae: 'vae', vaeGan: 'vae-gan', aae: 'aae', avb: 'avb' };

function objective(wanted: Case): AutoencodingOptions {
  const { kind, beta, gamma, adversarialWeight, likelihood } = wanted;
  if (kind === 'aae') return { kind, likelihood, adversarialWeight };
  return kind === 'vaeGan' ? { kind, likelihood, beta, gamma } : { kind, likelihood, beta };
}

describe('training steps of autoencoders', () => {
  it.each(cases)('equal PyTorch: $title', async (wanted) => {
    const definition = findRecipe(recipeNames[wanted.kind]);
    const options = definition.model.parse({ latentSize, ...wanted.model });
    const names = Object.keys(wanted.outputs) as NetworkName[];
    const each = <T>(make: (name: NetworkName) => T) =>
      Object.fromEntries(names.map((name) => [name, make(name)])) as Record<'generator', T>;
    const models = each((name) => definition[name]?.(image, options as never, 0) as GraphSpec);
    const judged = wanted.kind === 'vaeGan' || wanted.kind === 'aae';
    await expectSteps(wanted, {
      models,
      autoencoding: objective(wanted),
      optimizers: each(() => wanted.optimizer),
      ...(judged && { loss: { kind: wanted.loss } }),
      accumulation: wanted.accumulation,
      ema: { decay: wanted.emaDecay },
    });
    for (const name of names) await expectOutputs(wanted, name, models);
  });
});

/** A network with the first weights on the script's inputs, in evaluation mode. */
async function expectOutputs(
  wanted: Case,
  name: NetworkName,
  models: Partial<Record<NetworkName, GraphSpec>>,
): Promise<void> {
  const spec = models[name] as GraphSpec;
  const made = await network(spec);
  const fresh = Object.entries(await made.readTensors()).map(([key, value]) => [`n.${key}`, value]);
  // The phases go by the order of names, so a prefix changes nothing.
  const filled = fill(Object.fromEntries(fresh), 'n', offsets[name]);
  await made.writeTensors(
    Object.fromEntries(Object.entries(filled).map(([key, value]) => [key.slice(2), value])),
  );
  const z = wave(2 * latentSize, 1, 0);
  const pixels = { length: 2 * 784 };
  const byte = (_: unknown, i: number): number => (37 * i + 11 * Math.floor(i / 784)) % 256;
  const noiseSize = Number(wanted.model['noiseSize'] ?? 0);
  const noise = [z.slice(0, noiseSize), z.slice(latentSize, latentSize + noiseSize)];
  const all: Record<string, TensorData> = {
    z: { shape: [2, latentSize], data: z },
    image: {
      shape: [2, 1, 28, 28],
      data: Float32Array.from(pixels, (_, i) => byte(_, i) / 127.5 - 1),
    },
    noise: { shape: [2, noiseSize], data: Float32Array.from(noise.flatMap((row) => [...row])) },
  };
  const inputs = Object.fromEntries(
    Object.keys(spec.inputs).map((input) => [input, all[input] as TensorData]),
  );
  const { outputs } = await made.forward({ inputs });
  expect(Object.keys(outputs).sort()).toEqual(Object.keys(wanted.outputs[name]).sort());
  for (const [output, expected] of Object.entries(wanted.outputs[name])) {
    const flat = Array.from((outputs[output] as TensorData).data as Float32Array);
    const some = flat.length > 100 ? flat.filter((_, i) => i % 53 === 0) : flat;
    expect(some).toHaveLength(expected.length);
    const largest = Math.max(...expected.map(Math.abs));
    const worst = Math.max(...some.map((value, i) => Math.abs(value - (expected[i] as number))));
    expect(worst / largest, `${name} ${output}`).toBeLessThan(1e-5);
  }
}
