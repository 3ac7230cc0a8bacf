import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openNpy } from '../../../lib/data/arrays.js';
import { openSines, sequences } from '../../../lib/data/sequences.js';
import { openDataset } from '../../../lib/data/source.js';
import { npy } from '../../../lib/image/npy.js';
import { temporaryDir } from '../../helpers/tiny.js';

async function file(shape: number[], data: Uint8Array | Float32Array): Promise<string> {
  const path = join(await temporaryDir(), 'data.npy');
  await writeFile(path, npy(shape, data));
  return path;
}

const ramp = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i / length);

describe('sequences', () => {
  it('are images of one channel: rows are steps, columns features', async () => {
    const data = sequences({ values: ramp(24), steps: 4, features: 3, labels: [1, 0] });
    expect(data).toMatchObject({ length: 2, dtype: 'float32', classes: ['0', '1'] });
    expect(data.shape).toEqual({ channels: 1, height: 4, width: 3 });
    const target = new Float32Array(12);
    data.read(Uint32Array.of(1), target);
    expect([...target]).toEqual([...ramp(24).subarray(12)]);
    expect(sequences({ values: ramp(8), steps: 4 }).shape.width).toBe(1);
  });

  it('warn of values that a hyperbolic tangent cannot make, and refuse what is no number', () => {
    expect(sequences({ values: ramp(8), steps: 4 }).warnings).toBeUndefined();
    expect(sequences({ values: Float32Array.of(-3, 0, 2, 0.5), steps: 2 }).warnings).toEqual([
      expect.stringMatching(/^sequences: values from -3 to 2, .*model\.output/),
    ]);
    expect(() => sequences({ values: Float32Array.of(0, Number.NaN), steps: 2 })).toThrow(
      'sequences: expected finite numbers but received NaN',
    );
  });

  it('come from .npy files of two and three dimensions, images from four', async () => {
    const shapeOf = async (...shape: number[]) => {
      const path = await file(shape, ramp(shape.reduce((a, b) => a * b)));
      return (await openDataset(path)).shape;
    };
    expect(await shapeOf(3, 8)).toEqual({ channels: 1, height: 8, width: 1 });
    expect(await shapeOf(3, 8, 2)).toEqual({ channels: 1, height: 8, width: 2 });
    expect(await shapeOf(3, 2, 4, 5)).toEqual({ channels: 2, height: 4, width: 5 });
    const bytes = await openNpy(await file([2, 3], Uint8Array.of(0, 1, 2, 3, 4, 255)));
    expect(bytes).toMatchObject({ dtype: 'uint8', length: 2 });
  });

  it('take doubles, rounded', async () => {
    const path = join(await temporaryDir(), 'doubles.npy');
    const floats = Buffer.from(npy([2, 2], new Float32Array(4)));
    const header = Buffer.from(floats.subarray(0, floats.length - 16));
    header.write('<f8', header.indexOf('<f4'));
    const values = Float64Array.of(0.1, -0.2, 0.3, 1 / 3);
    await writeFile(path, Buffer.concat([header, Buffer.from(values.buffer)]));
    const target = new Float32Array(4);
    (await openNpy(path)).read(Uint32Array.of(0, 1), target);
    expect(target).toEqual(Float32Array.from(values));
  });

  it('are refused in one line', async () => {
    for (const shape of [[6], [1, 2, 1, 3, 1]]) {
      const path = await file(shape, new Float32Array(6));
      await expect(openNpy(path)).rejects.toMatchObject({
        code: 'INVALID_DATA',
        message: `${path}: expected N×steps, N×steps×features, N×H×W of bytes, N×C×H×W or N×H×W×C but it is ${shape.join('×')}`,
      });
    }
    await expect(openDataset('sines', { image: { height: 16 } })).rejects.toThrow(
      'sines: expected 16×1 but its items are 30×1, and numbers that are no pixels are not resized',
    );
    await expect(openDataset('none.npy')).rejects.toMatchObject({ code: 'IO' });
  });
});

describe('sines', () => {
  it('are waves of the amplitudes and frequencies of the paper, other ones for a test', async () => {
    const [data, test] = [
      await openDataset('sines'),
      await openDataset('sines', { split: 'test' }),
    ];
    expect(data).toMatchObject({ name: 'sines', length: 14_000, dtype: 'float32' });
    const all = new Float32Array(14_000 * 30);
    data.read(
      Uint32Array.from({ length: 14_000 }, (_, i) => i),
      all as never,
    );
    const crossings: number[] = [];
    for (let item = 0; item < 14_000; item += 1) {
      const wave = all.subarray(item * 30, (item + 1) * 30);
      const most = wave.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      expect(most).toBeLessThanOrEqual(0.9);
      expect(most).toBeGreaterThan(0.05);
      let signs = 0;
      wave.forEach((value, i) => {
        if (i > 0 && value * (wave[i - 1] as number) < 0) signs += 1;
      });
      crossings.push(signs);
    }
    // A wave of frequency f crosses zero 2f times in 30 steps.
    const mean = crossings.reduce((a, b) => a + b) / crossings.length;
    expect(mean).toBeGreaterThan(5);
    expect(mean).toBeLessThan(7);
    const first = (set: typeof data): Float32Array => {
      const target = new Float32Array(30);
      set.read(Uint32Array.of(0), target);
      return target;
    };
    expect(first(await openDataset('sines'))).toEqual(first(data));
    expect(first(test)).not.toEqual(first(data));
    expect(first(openSines(1))).toEqual(first(test));
    await expect(openDataset('sines:dir')).rejects.toThrow('sines: expected no folder');
  });
});
