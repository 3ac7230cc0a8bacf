/** MGAN's and MEGAN's networks against PyTorch, where each expert is a module of its own (values: scripts/reference/experts.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { GraphSpec } from '../../lib/graph/index.js';
import { dense, flatten, graph, input } from '../../lib/graph/index.js';
import { meganGenerator } from '../../lib/models/megan.js';
import { mganDiscriminator, mganGenerator } from '../../lib/models/mgan.js';
import { type Case, difference, expectEqual, run } from './official.js';

interface ExpertCase extends Case {
  /** The expert of each of the two images. */
  choice: number[];
  expertLogits?: number[];
}

const file = new URL('fixtures/expert_networks.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: ExpertCase[] };
const experts = 3;

function models(title: string): { generator: GraphSpec; discriminator: GraphSpec } {
  const [name, size] = title.split(' ') as [string, string];
  const image = { channels: 3, height: Number(size), width: Number(size) };
  const options = { latentSize: 5, experts, width: 2 };
  if (name === 'mgan') {
    return {
      generator: mganGenerator(image, options),
      discriminator: mganDiscriminator(image, options),
    };
  }
  const seen = flatten(input('image', { shape: [3, image.height, image.width] }));
  return {
    generator: meganGenerator(image, { ...options, gateUnits: 4, temperature: 1 }),
    discriminator: graph({ logits: dense(seen, { units: 1 }) }),
  };
}

const latents = {
  shape: [2, 5 + experts],
  data: Float64Array.from({ length: 2 * (5 + experts) }, (_, i) => Math.sin(i)),
};

describe('networks of mixtures', () => {
  it.each(cases.map((one) => [one.title, one] as const))('%s equal PyTorch', async (_, wanted) => {
    const size = Number(wanted.title.split(' ')[1]);
    const made = models(wanted.title);
    await expectEqual(wanted, size, made, 1e-9, { training: true });
    const options = { inputs: { z: latents }, training: true };
    const { gate = [], image = [] } = await run(made.generator, options);
    const oneHot = wanted.choice.flatMap((k) =>
      Array.from({ length: experts }, (_, i) => (i === k ? 1 : 0)),
    );
    expect(gate).toEqual(oneHot);
    if (!wanted.expertLogits) return;
    const images = { shape: [2, 3, size, size], data: Float64Array.from(image) };
    const { expertLogits = [] } = await run(made.discriminator, {
      inputs: { image: images },
      training: true,
    });
    expect(difference(expertLogits, wanted.expertLogits)).toBeLessThan(1e-9);
  });

  it('covers several experts', () => {
    expect(new Set(cases.flatMap(({ choice }) => choice)).size).toBeGreaterThan(1);
  });
});
