import { describe, expect, it } from 'vitest';
import { type GraphSpec, graph, input } from '../../../lib/graph/index.js';
import { r3ganDiscriminator, r3ganGenerator } from '../../../lib/models/r3gan.js';
import {
  colour32,
  colour64,
  grey28,
  inspect,
  network,
  operators,
  read,
  run,
  shapesOf,
  spread,
} from '../../helpers/network.js';

const options = { latentSize: 64, width: 32, maxWidth: 128, blocks: 1 };
const small = { latentSize: 8, width: 8, maxWidth: 16, blocks: 1 };

/** Parameters of a residual block: w·2w + 2w, 2w·16·9 + 2w, 2w·w. */
const block = (w: number): number => 4 * w * w + 288 * w + 4 * w;
const sum = (values: number[]): number => values.reduce((a, b) => a + b);

describe('r3gan', () => {
  it('has the parameters of the official CIFAR-10 preset', () => {
    const official = { latentSize: 64, width: 768, maxWidth: 768, blocks: 2 };
    // z 64·768, pictures 768·16, four stages of two blocks, 768·3
    expect(inspect(r3ganGenerator(colour32, official, 0)).parameters).toBe(
      49_152 + 12_288 + 8 * 2_583_552 + 2_304,
    );
    expect(inspect(r3ganDiscriminator(colour32, official, 0)).parameters).toBe(
      2_304 + 8 * 2_583_552 + 12_288 + 768,
    );
  });

  it('has the widths of the official FFHQ-64 preset', () => {
    const official = { latentSize: 64, width: 384, maxWidth: 768, blocks: 1 };
    expect(shapesOf(r3ganGenerator(colour64, official, 0), 'add')).toEqual([
      [768, 4, 4],
      [768, 8, 8],
      [768, 16, 16],
      [768, 32, 32],
      [384, 64, 64],
    ]);
    expect(shapesOf(r3ganDiscriminator(colour64, official, 0), 'add')).toEqual([
      [384, 64, 64],
      [768, 32, 32],
      [768, 16, 16],
      [768, 8, 8],
      [768, 4, 4],
    ]);
  });

  it('starts from 7×7 for 28×28', () => {
    const generator = r3ganGenerator(grey28, options, 0);
    const blocks = sum([32, 64, 128].map(block));
    // z 64·128, pictures 128·49, 1×1 convolutions 128·64 and 64·32, 32·1
    expect(inspect(generator).parameters).toBe(8_192 + 6_272 + blocks + 8_192 + 2_048 + 32);
    const discriminator = r3ganDiscriminator(grey28, options, 0);
    expect(inspect(discriminator).parameters).toBe(32 + blocks + 2_048 + 8_192 + 6_272 + 128);
    expect(operators(generator).concat(operators(discriminator)).join()).not.toMatch(/norm/i);
  });

  it('draws weights as MSRInitializer and Fixup: blocks start as the identity', async () => {
    const made = await network(r3ganGenerator(grey28, options, 0));
    // Three blocks; fan in 128.
    const gain = Math.sqrt(2 / 1.04) * 3 ** -0.25;
    const first = spread(await read(made, 'conv2d.weight'));
    expect(first.std / (gain / Math.sqrt(128))).toBeCloseTo(1, 1);
    const grouped = spread(await read(made, 'conv2d1.weight'));
    expect(grouped.std / (gain / Math.sqrt(16 * 9))).toBeCloseTo(1, 1);
    expect(new Set(await read(made, 'conv2d2.weight'))).toEqual(new Set([0]));
    const pictures = spread(await read(made, 'convTranspose2d.weight'));
    expect(pictures.std).toBeCloseTo(1, 1);
    const latent = spread(await read(made, 'dense.weight'));
    expect(latent.std / (1 / Math.sqrt(64))).toBeCloseTo(1, 1);
  });

  /** The nodes of the first change of size, as a graph of their own. */
  function resampling(spec: GraphSpec, ops: string[], shape: number[]): GraphSpec {
    const start = operators(spec).findIndex((_, at) =>
      ops.every((op, i) => spec.nodes[at + i]?.op === op),
    );
    const nodes = spec.nodes.slice(start, start + ops.length).map((node, i) => ({
      ...node,
      inputs: i === 0 ? ['x'] : node.inputs,
    }));
    const outputs = { y: nodes.at(-1)?.name as string };
    return { ...graph({ x: input('x', { shape }) }), nodes, outputs };
  }

  it('resamples with the official filter [1, 3, 3, 1], zeros beyond the edge', async () => {
    const n = 4;
    const x = Array.from({ length: n * n }, (_, i) => Math.sin(i));
    const taps = [1, 3, 3, 1];
    const at = (row: number, column: number): number =>
      row < 0 || column < 0 || row >= n || column >= n ? 0 : (x[row * n + column] as number);

    const down = resampling(
      r3ganDiscriminator(grey28, options, 0),
      ['avgPool', 'avgPool', 'avgPool'],
      [1, n, n],
    );
    const halved = (await run(await network(down), 'x', [1, n, n]))['y'] as number[];
    for (let i = 0; i < halved.length; i += 1) {
      const row = 2 * Math.floor(i / 2) - 1;
      const column = 2 * (i % 2) - 1;
      const terms = taps.flatMap((a, dy) =>
        taps.map((b, dx) => (a * b * at(row + dy, column + dx)) / 64),
      );
      expect(halved[i]).toBeCloseTo(sum(terms), 6);
    }

    const up = resampling(
      r3ganGenerator(grey28, options, 0),
      ['upsample', 'avgPool', 'avgPool'],
      [1, n, n],
    );
    const doubled = (await run(await network(up), 'x', [1, n, n]))['y'] as number[];
    expect(doubled).toHaveLength(4 * n * n);
    // An even place lies a quarter before its pixel, an odd one a quarter behind: three parts of it, one of the neighbour.
    for (let i = 0; i < doubled.length; i += 1) {
      const [y, z] = [Math.floor(i / (2 * n)), i % (2 * n)];
      const near = [Math.floor(y / 2), Math.floor(z / 2)] as const;
      const far = [near[0] + (y % 2 ? 1 : -1), near[1] + (z % 2 ? 1 : -1)] as const;
      const expected =
        (9 * at(...near) + 3 * at(near[0], far[1]) + 3 * at(far[0], near[1]) + at(...far)) / 16;
      expect(doubled[i]).toBeCloseTo(expected, 6);
    }
  });

  it('listens to the label, in both networks', async () => {
    const generator = await network(r3ganGenerator(grey28, small, 10));
    expect(await run(generator, 'z', [8], 3)).not.toEqual(await run(generator, 'z', [8], 4));
    const discriminator = await network(r3ganDiscriminator(grey28, small, 10));
    const of = (label: number) => run(discriminator, 'image', [1, 28, 28], label);
    expect((await of(3))['logits']).toHaveLength(1);
    expect(await of(3)).not.toEqual(await of(4));
  });

  it.each([16, 28, 64, 128, 256])('makes and reads images of %i', (size) => {
    const image = { channels: 3, height: size, width: size };
    expect(inspect(r3ganGenerator(image, small, 0)).outputs['image']?.shape).toEqual([
      3,
      size,
      size,
    ]);
    expect(inspect(r3ganDiscriminator(image, small, 0)).outputs['logits']?.shape).toEqual([1]);
  });

  it('refuses other sizes', () => {
    const image = { channels: 1, height: 8, width: 8 };
    for (const build of [r3ganGenerator, r3ganDiscriminator]) {
      expect(() => build(image, options, 0)).toThrow('for r3gan but received 1×8×8');
    }
  });
});
