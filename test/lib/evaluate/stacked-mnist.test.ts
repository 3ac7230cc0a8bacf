import { describe, expect, it } from 'vitest';
import type { ImageBatch } from '../../../lib/evaluate/extractor.js';
import { stackedMnistMetrics } from '../../../lib/evaluate/stacked-mnist.js';

/** Knows the digit of a 1×1 image from its one pixel. */
const classifier = {
  async predict({ shape, data }: ImageBatch): Promise<Int32Array> {
    expect(shape).toEqual([data.length, 1, 1, 1]);
    return Int32Array.from(data);
  },
};

function batch(modes: number[]): ImageBatch {
  const digits = modes.flatMap((mode) => [...String(mode).padStart(3, '0')].map(Number));
  return { shape: [modes.length, 3, 1, 1], data: Uint8Array.from(digits) };
}

describe('stackedMnistMetrics', () => {
  it('finds all modes alike', async () => {
    const modes = Array.from({ length: 2000 }, (_, i) => i % 1000);
    const metrics = await stackedMnistMetrics(batch(modes), classifier);
    expect(metrics).toMatchObject({ count: 2000, modes: 1000 });
    expect(metrics.reverseKl).toBeCloseTo(0, 12);
  });

  it('finds the few that a collapsed generator makes', async () => {
    const metrics = await stackedMnistMetrics(batch([123, 123, 123, 9]), classifier);
    expect(metrics).toMatchObject({ count: 4, modes: 2 });
    expect(metrics.reverseKl).toBeCloseTo(0.75 * Math.log(750) + 0.25 * Math.log(250), 12);
  });

  it('refuses other shapes', async () => {
    const grey = { shape: [2, 1, 1, 1], data: new Uint8Array(2) };
    await expect(stackedMnistMetrics(grey, classifier)).rejects.toThrow(
      'stacked-mnist: expected images of N×3×H×W but received 2×1×1×1 of 2 values',
    );
  });
});
