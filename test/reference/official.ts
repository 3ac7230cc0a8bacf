/** Whole networks against reference code, with the weights of scripts/reference/networks.py, in double precision. */
import { readFileSync } from 'node:fs';
import { expect, onTestFinished } from 'vitest';
import type { GraphSpec } from '../../lib/graph/index.js';
import { type NativeNetwork, native, type TensorData } from '../../lib/native.js';

export interface Case {
  title: string;
  latentSize: number;
  labels: number[] | null;
  /** Every 53rd value. */
  image: number[];
  logits: number[];
  /** Numbers of parameters, of the generator and the discriminator. */
  parameters: [number, number];
  truncated?: number[];
}

export interface Reference {
  cases: Case[];
  /** Numbers of parameters at the official sizes. */
  official: Record<string, [number, number]>;
}

export function reference(name: string): Reference {
  const file = new URL(`fixtures/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Reference;
}

export const parameters = (spec: GraphSpec): number =>
  native().inspectGraph(JSON.stringify(spec)).parameters;

const recurrent = Array.from({ length: 2 }, (_, layer) =>
  ['', 'Reverse'].flatMap((end) =>
    ['inputWeight', 'hiddenWeight', 'inputBias', 'hiddenBias'].map((kind) => kind + layer + end),
  ),
).flat();
/** What a node learns, in the order of its slots. */
const slots: Record<string, string[]> = {
  lstm: recurrent,
  gru: recurrent,
  selfAttention: ['theta', 'phi', 'g', 'o', 'gamma'],
  noise: ['strength'],
  styleMapping: Array.from({ length: 8 }, (_, i) => [`weight${i}`, `bias${i}`]).flat(),
};

function values(shape: number[], k: number, equalized: boolean): Float64Array {
  const length = shape.reduce((product, size) => product * size, 1);
  const rest = length / (shape[0] ?? 1);
  const scale = shape.length < 2 ? 0.3 : equalized ? Math.sqrt(3) : Math.sqrt(3 / rest);
  const shift = shape.length < 2 || equalized ? 0 : 0.5;
  const number = (i: number): number => (31 * i * i + 1021 * i + 7919 * k + 17) % 65_521;
  return Float64Array.from({ length }, (_, i) => ((number(i) / 65_521) * 2 - 1 + shift) * scale);
}

export interface RunOptions {
  inputs: Record<string, TensorData>;
  training?: boolean;
  /** Larger weights, for those that are scaled when they are used. */
  equalized?: boolean;
  /** Other tensors, by the end of their names, made of their number of values. */
  buffers?: Record<string, (length: number) => Float64Array>;
}

/** A network with weights that the formula gives; the power method of spectral norms is run to its end. */
export async function filledNetwork(
  spec: GraphSpec,
  { equalized = false, buffers = {} }: Omit<RunOptions, 'inputs'>,
): Promise<NativeNetwork> {
  const nodes = spec.nodes.map((node) =>
    node['spectralNorm'] ? { ...node, spectralIterations: 150 } : node,
  );
  const text = JSON.stringify({ ...spec, nodes });
  const network = await native().createNetwork(text, { dtype: 'float64', threads: 1 });
  onTestFinished(() => network.dispose());
  const drawn = await network.readTensors();
  const names = nodes
    .flatMap(({ name, op }) => (slots[op] ?? ['weight', 'bias']).map((slot) => `${name}.${slot}`))
    .filter((name) => name in drawn);
  const filled = names.map((name, k) => {
    const { shape } = drawn[name] as TensorData;
    return [name, { shape, data: values(shape, k, equalized) }] as const;
  });
  const others = Object.entries(drawn).flatMap(([name, { shape, data }]) => {
    const make = Object.entries(buffers).find(([end]) => name.endsWith(end))?.[1];
    return make ? [[name, { shape, data: make(data.length) }] as const] : [];
  });
  await network.writeTensors(Object.fromEntries([...filled, ...others]));
  return network;
}

/** Outputs of such a network. */
export async function run(
  spec: GraphSpec,
  { inputs, training = false, ...options }: RunOptions,
): Promise<Record<string, number[]>> {
  const network = await filledNetwork(spec, options);
  const { outputs } = await network.forward({ inputs, training });
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data as Float64Array)]),
  );
}

/** Relative to the largest value. */
export function difference(actual: readonly number[], expected: readonly number[]): number {
  expect(actual).toHaveLength(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] as number)))) / largest;
}

/** G on the script's latents, and D on the images that it makes, against the case; `more` as for `run`. */
export async function expectEqual(
  wanted: Case,
  size: number,
  models: { generator: GraphSpec; discriminator: GraphSpec },
  tolerance: number,
  more: Partial<RunOptions> = {},
): Promise<void> {
  const { latentSize, labels } = wanted;
  const label: Record<string, TensorData> = labels
    ? { label: { shape: [2], data: Int32Array.from(labels) } }
    : {};
  const z = {
    shape: [2, latentSize],
    data: Float64Array.from({ length: 2 * latentSize }, (_, i) => Math.sin(i)),
  };
  const { image = [] } = await run(models.generator, { inputs: { z, ...label }, ...more });
  const some = image.filter((_, i) => i % 53 === 0);
  expect(difference(some, wanted.image), 'image').toBeLessThan(tolerance);
  const images = { shape: [2, 3, size, size], data: Float64Array.from(image) };
  const { logits = [] } = await run(models.discriminator, {
    inputs: { image: images, ...label },
    ...more,
  });
  expect(difference(logits, wanted.logits), 'logits').toBeLessThan(tolerance);
  expect([models.generator, models.discriminator].map(parameters)).toEqual(wanted.parameters);
}
