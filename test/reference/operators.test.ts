/** Every operator against PyTorch, in double precision (values: scripts/reference/…operators.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { GraphSpec } from '../../lib/graph/spec.js';
import { native, type TensorData } from '../../lib/native.js';

interface Stored {
  shape: number[];
  data: number[];
}
interface Case {
  title: string;
  graph: GraphSpec;
  training: boolean;
  weights: Record<string, Stored>;
  inputs: Record<string, Stored>;
  cotangent: Stored;
  output: Stored;
  gradients: Record<string, Stored>;
  after: Record<string, Stored>;
}

const cases = [
  'operators',
  'gan_operators',
  'sequence_operators',
  'style_operators',
  'experts',
].flatMap((name) => {
  const file = new URL(`fixtures/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] }).cases;
});
/** Relative to the largest value of the tensor. */
const tolerance = 1e-10;

const double = ({ shape, data }: Stored): TensorData => ({ shape, data: Float64Array.from(data) });
const doubles = (all: Record<string, Stored>): Record<string, TensorData> =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [name, double(value)]));

function expectClose(got: TensorData | undefined, expected: Stored, what: string): void {
  expect(got?.shape, what).toEqual(expected.shape);
  const scale = Math.max(1, ...expected.data.map(Math.abs));
  const worst = expected.data.reduce(
    (most, value, i) => Math.max(most, Math.abs(Number(got?.data[i]) - value)),
    0,
  );
  expect(worst / scale, what).toBeLessThan(tolerance);
}

describe('operators equal PyTorch', () => {
  for (const wanted of cases) {
    it(wanted.title, async () => {
      const { graph, training } = wanted;
      const network = await native().createNetwork(JSON.stringify(graph), { dtype: 'float64' });
      try {
        await network.writeTensors(doubles(wanted.weights));
        const inputs = Object.fromEntries(
          Object.entries(wanted.inputs).map(([name, value]) => [
            name,
            name === 'label'
              ? { shape: value.shape, data: Int32Array.from(value.data) }
              : double(value),
          ]),
        );
        const cotangents = { y: double(wanted.cotangent) };
        const report = await network.forward({ inputs, training, cotangents });
        expectClose(report.outputs['y'], wanted.output, 'output');
        expect(Object.keys(report.gradients ?? {}).sort()).toEqual(
          Object.keys(wanted.gradients).sort(),
        );
        for (const [name, gradient] of Object.entries(wanted.gradients)) {
          expectClose(report.gradients?.[name], gradient, `gradient of ${name}`);
        }
        const after = await network.readTensors(Object.keys(wanted.after));
        for (const [name, value] of Object.entries(wanted.after)) {
          expectClose(after[name], value, name);
        }
        const inferred = native().inspectGraph(JSON.stringify(graph)).outputs['y']?.shape;
        expect(inferred).toEqual(wanted.output.shape.slice(1));
      } finally {
        await network.dispose();
      }
    });
  }

  it('covers every operator of docs/graph.md', () => {
    const docs = readFileSync(new URL('../../docs/graph.md', import.meta.url), 'utf8');
    const rows = docs.split('\n').filter((line) => line.startsWith('| `'));
    const documented = rows.flatMap((row) =>
      [...(row.split('|')[1] as string).matchAll(/`(\w+)`/g)].map((match) => match[1] as string),
    );
    const tested = new Set(cases.map(({ graph }) => graph.nodes[0]?.op));
    expect(documented.length).toBeGreaterThan(25);
    expect(documented.filter((op) => !tested.has(op))).toEqual([]);
  });
});

describe('dropout in training', () => {
  it('keeps 1 - rate of the values, scaled, and passes the gradient of what it kept', async () => {
    const n = 20_000;
    const spec = {
      version: 1,
      inputs: { x: { shape: [n] } },
      nodes: [{ name: 'n', op: 'dropout', inputs: ['x'], rate: 0.3 }],
      outputs: { y: 'n' },
    };
    const network = await native().createNetwork(JSON.stringify(spec), { seed: 3 });
    const ones = { shape: [1, n], data: new Float32Array(n).fill(1) };
    const { outputs, gradients } = await network.forward({
      inputs: { x: ones },
      training: true,
      cotangents: { y: ones },
    });
    await network.dispose();
    const y = outputs['y']?.data as Float32Array;
    const kept = y.filter((value) => value !== 0);
    // Five standard deviations of a binomial.
    expect(Math.abs(kept.length / n - 0.7)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / n));
    expect(kept.every((value) => Math.abs(value - 1 / 0.7) < 1e-6)).toBe(true);
    expect(gradients?.['x']?.data).toEqual(y);
  });
});
