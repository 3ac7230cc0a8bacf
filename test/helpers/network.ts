/** What tests of architectures look at: shapes and parameters of a graph, and its weights and outputs once it is made. */
import { onTestFinished } from 'vitest';
import type { GraphSpec } from '../../lib/graph/index.js';
import { type GraphReport, type NativeNetwork, native, type TensorData } from '../../lib/native.js';

export const grey28 = { channels: 1, height: 28, width: 28 };
export const colour32 = { channels: 3, height: 32, width: 32 };
export const colour64 = { channels: 3, height: 64, width: 64 };

export const inspect = (spec: GraphSpec): GraphReport =>
  native().inspectGraph(JSON.stringify(spec));

/** Output shapes of all nodes of an operator. */
export const shapesOf = (spec: GraphSpec, op: string): number[][] =>
  inspect(spec)
    .nodes.filter((node) => node.op === op)
    .map(({ shape }) => shape);

/** The operators, in order. */
export const operators = (spec: GraphSpec): string[] => spec.nodes.map(({ op }) => op);

/** A network that goes with the test. */
export async function network(spec: GraphSpec): Promise<NativeNetwork> {
  const made = await native().createNetwork(JSON.stringify(spec), { seed: 1, threads: 1 });
  onTestFinished(() => made.dispose());
  return made;
}

export async function read(from: NativeNetwork, name: string): Promise<Float32Array> {
  const tensors = await from.readTensors([name]);
  return (tensors[name] as TensorData).data as Float32Array;
}

export function spread(values: ArrayLike<number>): { mean: number; std: number } {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  return { mean, std: Math.sqrt(all.reduce((sum, v) => sum + (v - mean) ** 2, 0) / all.length) };
}

/** Runs one item through a network: sines as the input of the name, and a label where there is one. */
export async function run(
  made: NativeNetwork,
  name: string,
  shape: number[],
  label?: number,
): Promise<Record<string, number[]>> {
  const length = shape.reduce((a, b) => a * b);
  const data = Float32Array.from({ length }, (_, i) => Math.sin(i));
  const { outputs } = await made.forward({
    inputs: {
      [name]: { shape: [1, ...shape], data },
      ...(label !== undefined && { label: { shape: [1], data: Int32Array.of(label) } }),
    },
  });
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [key, Array.from(value.data as Float32Array)]),
  );
}
