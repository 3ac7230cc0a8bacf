/** Numbers that are too large for what the addon does with them, or are no whole ones, are refused in words. */
import { describe, expect, it } from 'vitest';
import { dense, graph, input } from '../../../lib/graph/index.js';
import { native } from '../../../lib/native.js';
import { tinyRecipe } from '../../helpers/tiny.js';

const most = Number.MAX_SAFE_INTEGER;
const spec = graph({ image: dense(input('z', { shape: [6] }), { units: 4 }) });

/** A graph of `shape` with these nodes after its input `x`, as JSON. */
const graphOf = (shape: number[], ...nodes: object[]): string =>
  JSON.stringify({
    version: 1,
    inputs: { x: { shape } },
    nodes,
    outputs: { y: nodes.length === 0 ? 'x' : 'last' },
  });

describe('the addon', () => {
  it('takes 1024 threads and no more', async () => {
    const message = /^Expected at most 1024 for threads but received 4294967297$/;
    // The lower 32 bits of this number are 1.
    const threads = 2 ** 32 + 1;
    await expect(native().createMetrics({ threads })).rejects.toThrow(message);
    await expect(native().createNetwork(JSON.stringify(spec), { threads })).rejects.toThrow(
      message,
    );
  });

  it('compares the number of values with no product that is none', async () => {
    const metrics = await native().createMetrics({});
    // The lower 64 bits of count times size are 0.
    const rows = { count: 2 ** 32, size: 2 ** 32, data: new Float32Array(0) };
    await expect(metrics.statistics(rows)).rejects.toThrow(
      'features: expected 4294967296×4294967296 values, got 0',
    );
    await metrics.dispose();
  });

  it('takes whole numbers for the size of pictures', async () => {
    const range: [number, number] = [0, 1];
    const extractor = { path: 'absent.pt', input: 'float', range, channels: 3 } as const;
    for (const size of [
      [8, 1.5],
      [1e300, 8],
      [8, 0],
    ] as [number, number][]) {
      await expect(native().openExtractor({ ...extractor, size })).rejects.toThrow(
        'Expected two whole numbers from 1 for size',
      );
    }
  });

  it('takes counts of a recipe that can be multiplied', () => {
    const recipe = (more: object): string => JSON.stringify({ batch: 8, ...more });
    expect(native().timeline(recipe({ discriminatorSteps: 5, accumulation: 2 }))).toEqual([
      { firstStep: 0, firstImages: 0, batch: 8, imagesPerStep: 80 },
    ]);
    for (const key of ['batch', 'discriminatorSteps', 'accumulation']) {
      expect(() => native().timeline(recipe({ [key]: most }))).toThrow(
        `expected ${key} to be a whole number from 1 to 1048576, got ${most}`,
      );
    }
  });

  it('has graphs whose values can be counted', () => {
    const { nodes } = native().inspectGraph(
      graphOf([2 ** 20], { name: 'last', op: 'dense', inputs: ['x'], units: 1024 }),
    );
    expect(nodes[0]).toMatchObject({ parameters: 2 ** 30 + 1024, multiplyAdds: 2 ** 30 });
    expect(() => native().inspectGraph(graphOf([2 ** 31, 2 ** 31, 4]))).toThrow(
      'graph: input "x": expected at most 2147483648 values an item, got [2147483648, 2147483648, 4]',
    );
    const wide = { name: 'last', op: 'dense', inputs: ['x'], units: 1e6 };
    expect(() => native().inspectGraph(graphOf([1e6], wide))).toThrow(
      'node "last" (dense): expected weight of at most 2147483648 values, got [1000000, 1000000]',
    );
    // The lower 64 bits of 2^62 · 4 are 0, which is no number of values.
    const shape = [2 ** 31, 2 ** 31, 4];
    expect(() =>
      native().inspectGraph(graphOf([4], { name: 'last', op: 'reshape', inputs: ['x'], shape })),
    ).toThrow('expected shape to be 1 to 8 whole numbers from 1, their product at most 2147483648');
  });

  it('compares the images of a run with steps that are too many to multiply', async () => {
    const recipe = tinyRecipe();
    const image = { channels: 1, height: 8, width: 8 };
    const session = await native().createSession(JSON.stringify({ ...recipe, image }));
    await expect(session.run({ steps: most, images: new Uint8Array(64) })).rejects.toThrow(
      `run: expected images for ${most} steps, got 64 values`,
    );
    await expect(session.run({ steps: 3, images: new Uint8Array(64) })).rejects.toThrow(
      'run: expected images of [1, 8, 8] for 3 steps, got 64 values',
    );
    await session.dispose();
  });
});
