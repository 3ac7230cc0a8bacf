/** Losses, penalties, schedules and the like in whole steps against PyTorch (values: scripts/reference/objectives.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { GraphSpec } from '../../lib/graph/spec.js';
import { dcganDiscriminator, dcganGenerator } from '../../lib/models/dcgan.js';
import { penaltySchema } from '../../lib/recipes/objective.js';
import type { RecipeInput } from '../../lib/recipes/schema.js';
import { expectSteps, image, latentSize, type Wanted } from './stepping.js';

interface Case extends Wanted {
  title: string;
  classifier: boolean;
  recipe: Pick<
    RecipeInput,
    'penalties' | 'weightClipping' | 'packing' | 'discriminatorSteps' | 'ema' | 'update'
  > & { loss?: RecipeInput['loss']; optimizer: RecipeInput['optimizers']['generator'] };
}

const file = new URL('fixtures/objectives.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };

/** A second head that tells classes. */
function withClasses(graph: GraphSpec, classes: number): GraphSpec {
  const head = { name: 'classConv', op: 'conv2d', inputs: ['leakyRelu1'], kernel: 7, bias: false };
  const flat = { name: 'classes', op: 'reshape', inputs: ['classConv'], shape: [classes] };
  return {
    ...graph,
    nodes: [...graph.nodes, { ...head, filters: classes }, flat],
    outputs: { ...graph.outputs, classLogits: 'classes' },
  };
}

/** Without batch norm, which mixes samples. */
function withoutNorm(graph: GraphSpec): GraphSpec {
  const nodes = graph.nodes.filter(({ op }) => op !== 'batchNorm');
  const renamed = (inputs: string[]) =>
    inputs.map((input) => (input === 'batchNorm' ? 'conv2d1' : input));
  return { ...graph, nodes: nodes.map((node) => ({ ...node, inputs: renamed(node.inputs) })) };
}

describe('objectives equal PyTorch', () => {
  it.each(cases)('$title', async (wanted) => {
    const { optimizer, ...recipe } = wanted.recipe;
    const { classes, classifier } = wanted;
    const options = { latentSize, width: 4 };
    const seen = { ...image, channels: recipe.packing ?? 1 };
    const mixing = dcganDiscriminator(seen, options, classifier ? 0 : classes);
    const discriminator = recipe.update === 'simultaneous' ? withoutNorm(mixing) : mixing;
    await expectSteps(wanted, {
      loss: { kind: 'nonSaturating' },
      ema: { decay: 0.9 },
      ...recipe,
      models: {
        generator: dcganGenerator(image, options, classes),
        discriminator: classifier ? withClasses(discriminator, classes) : discriminator,
      },
      optimizers: { generator: optimizer, discriminator: optimizer },
    });
  });

  it('covers every loss, and every penalty but those that draw (penalty_test.cc and path_length_test.cc in test/native) or want a gate (experts_test.cc)', () => {
    const losses = new Set(cases.map(({ recipe }) => recipe.loss?.kind));
    for (const kind of ['leastSquares', 'wasserstein', 'hinge', 'relativisticPairing']) {
      expect(losses).toContain(kind);
    }
    const tested = cases.flatMap(({ recipe }) => recipe.penalties?.map(({ kind }) => kind) ?? []);
    const kinds = penaltySchema.options.map((option) => option.shape.kind.value);
    const others = ['gradientPenalty', 'dragan', 'consistency', 'pathLength', 'loadBalance'];
    expect(kinds.filter((kind) => !tested.includes(kind)).sort()).toEqual(others.sort());
  });
});
