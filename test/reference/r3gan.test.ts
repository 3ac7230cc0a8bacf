/** R3GAN's networks against the official code's, in double precision (values: scripts/reference/r3gan.py). */
import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import type { GraphSpec } from '../../lib/graph/index.js';
import { r3ganDiscriminator, r3ganGenerator } from '../../lib/models/r3gan.js';
import { native, type TensorData } from '../../lib/native.js';

interface Case {
  z: number[];
  labels: number[] | null;
  image: number[];
  logits: number[];
}
const file = new URL('fixtures/r3gan.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[];

/** Runs two items through a network whose weights are filled in by the script's formula. */
async function run(spec: GraphSpec, inputs: Record<string, TensorData>): Promise<number[]> {
  const network = await native().createNetwork(JSON.stringify(spec), { dtype: 'float64' });
  onTestFinished(() => network.dispose());
  const drawn = await network.readTensors();
  const names = spec.nodes
    .flatMap(({ name }) => [`${name}.weight`, `${name}.bias`])
    .filter((name) => name in drawn);
  const filled = names.map((name, k) => {
    const { shape, data } = drawn[name] as TensorData;
    const length = data.length;
    const values = Float64Array.from({ length }, (_, i) => 0.3 * Math.sin(0.7 * i + k));
    return [name, { shape, data: values }];
  });
  await network.writeTensors(Object.fromEntries(filled));
  const { outputs } = await network.forward({ inputs });
  return Array.from(Object.values(outputs)[0]?.data as Float64Array);
}

function difference(actual: number[], expected: number[]): number {
  expect(actual).toHaveLength(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] as number)))) / largest;
}

it.each([
  ['without labels', 0],
  ['with labels', 1],
])('equals the official networks %s', async (_, which) => {
  const { z, labels, image, logits } = cases[which] as Case;
  const shape = { channels: 3, height: 16, width: 16 };
  const options = { latentSize: 6, width: 8, maxWidth: 16, blocks: 2 };
  const classes = labels ? 5 : 0;
  const label: Record<string, TensorData> = labels
    ? { label: { shape: [2], data: Int32Array.from(labels) } }
    : {};
  const made = await run(r3ganGenerator(shape, options, classes), {
    z: { shape: [2, 6], data: Float64Array.from(z) },
    ...label,
  });
  expect(difference(made, image)).toBeLessThan(1e-12);
  const judged = await run(r3ganDiscriminator(shape, options, classes), {
    image: { shape: [2, 3, 16, 16], data: Float64Array.from(image) },
    ...label,
  });
  expect(difference(judged, logits)).toBeLessThan(1e-12);
});
