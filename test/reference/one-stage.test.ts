/**
 * The one-stage update against itself, where the same gradients can be had another way (against two passes in PyTorch:
 * objectives.test.ts; what it starts from, and what is refused: test/native/one_stage_test.cc).
 */
import { expect, it } from 'vitest';
import {
  conv2d,
  dense,
  flatten,
  graph,
  input,
  leakyRelu,
  reshape,
  tanh,
} from '../../lib/graph/index.js';
import { native } from '../../lib/native.js';
import { type RecipeInput, recipeSchema } from '../../lib/recipes/schema.js';

const models = {
  generator: graph({
    image: tanh(reshape(dense(input('z', { shape: [3] }), { units: 16 }), { shape: [1, 4, 4] })),
  }),
  discriminator: graph({
    logits: dense(
      flatten(leakyRelu(conv2d(input('image', { shape: [1, 4, 4] }), { filters: 3, kernel: 3 }))),
      { units: 1 },
    ),
  }),
};
const sgd = { kind: 'sgd', learningRate: 0.1 } as const;

async function trained(options: Partial<RecipeInput>): Promise<Map<string, Float32Array>> {
  const recipe = recipeSchema.parse({
    version: 1,
    recipe: 'test',
    image: { channels: 1, height: 4, width: 4 },
    latentSize: 3,
    threads: 1,
    seed: 5,
    models,
    loss: { kind: 'nonSaturating' },
    optimizers: { generator: sgd, discriminator: sgd },
    batch: 8,
    duration: { images: 1 },
    update: 'simultaneous',
    ...options,
  });
  const session = await native().createSession(JSON.stringify(recipe));
  try {
    const images = Uint8Array.from({ length: 24 * 16 }, (_, i) => (i * 37) % 256);
    const latents = Float32Array.from({ length: 24 * 3 }, (_, i) => Math.sin(1.7 * i));
    await session.run({ steps: 3, images, latents });
    const tensors = Object.entries(await session.readTensors());
    return new Map(tensors.map(([name, { data }]) => [name, data as Float32Array]));
  } finally {
    await session.dispose();
  }
}

function expectClose(
  got: Map<string, Float32Array>,
  wanted: Map<string, Float32Array>,
  tolerance: number,
): void {
  for (const [name, values] of wanted) {
    values.forEach((value, i) => {
      expect(Math.abs((got.get(name)?.[i] as number) - value), `${name}[${i}]`).toBeLessThan(
        tolerance,
      );
    });
  }
}

it('accumulates: two batches of 4 are one of 8', async () => {
  const penalties: RecipeInput['penalties'] = [
    { kind: 'r1', weight: 1 },
    { kind: 'r2', weight: 1 },
  ];
  const whole = await trained({ penalties });
  expectClose(await trained({ penalties, batch: 4, accumulation: 2 }), whole, 1e-6);
});

it('differs from the alternating update, whose G meets a D that has moved', async () => {
  const together = await trained({});
  const inTurn = await trained({ update: 'alternating' });
  expect(inTurn).not.toEqual(together);
  // After these few small steps not by much.
  expectClose(inTurn, together, 0.05);
});

it('works with bfloat16 to its precision', async () => {
  expectClose(await trained({ precision: 'bf16' }), await trained({}), 0.01);
});

it('leaves a D of which nothing is trained as it is, and moves G', async () => {
  const frozen = models.discriminator.nodes.map((node) => ({ ...node, frozen: true }));
  const parts = {
    models: { ...models, discriminator: { ...models.discriminator, nodes: frozen } },
  };
  const still = { ...sgd, learningRate: 1e-9 };
  const before = await trained({
    ...parts,
    optimizers: { generator: still, discriminator: still },
  });
  const after = await trained(parts);
  for (const [name, values] of after) {
    if (name.startsWith('discriminator.')) expect(values).toEqual(before.get(name));
  }
  expect(after.get('generator.dense.weight')).not.toEqual(before.get('generator.dense.weight'));
});

it('refuses a D that mixes samples, by the name of the node', async () => {
  await expect(
    trained({
      models: {
        ...models,
        discriminator: {
          ...models.discriminator,
          nodes: models.discriminator.nodes.map((node) =>
            node.op === 'leakyRelu' ? { ...node, op: 'batchNorm' } : node,
          ),
        },
      },
    }),
  ).rejects.toThrow(/^update: 'simultaneous' expects .* node "leakyRelu" \(batchNorm\) does$/);
});
