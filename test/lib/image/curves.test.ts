import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { curves } from '../../../lib/image/curves.js';

/** Height of the first dark pixel of a column in the first panel, from 0 (top) to 1. */
async function heightAt(png: Buffer, share: number): Promise<number> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const x = 6 + Math.round(share * 95);
  for (let y = 6; y < 70; y += 1) {
    if ((data[3 * (y * info.width + x)] as number) < 128) return (y - 6) / 64;
  }
  return Number.NaN;
}

describe('curves', () => {
  it('draws a panel a sequence, time to the right, large values up', async () => {
    const values = Float32Array.from({ length: 16 }, (_, i) => i % 8);
    const { png, width, height } = await curves([2, 8, 1], values);
    expect(await sharp(png).metadata()).toMatchObject({ width, height, channels: 3 });
    expect([width, height]).toEqual([2 * 102 + 6, 76]);
    const [early, middle, late] = [
      await heightAt(png, 0.1),
      await heightAt(png, 0.5),
      await heightAt(png, 0.9),
    ];
    expect(early).toBeCloseTo(0.9, 1);
    expect(middle).toBeCloseTo(0.5, 1);
    expect(late).toBeCloseTo(0.1, 1);
  });

  it('draws what is flat, and cuts what is out of range', async () => {
    expect(await heightAt((await curves([1, 2, 1], Float32Array.of(3, 3))).png, 0.5)).toBeCloseTo(
      0.5,
      1,
    );
    const cut = await curves([1, 2, 1], Float32Array.of(9, 9), [0, 1]);
    expect(await heightAt(cut.png, 0.5)).toBeLessThan(0.1);
  });

  it.each([[[1, 1, 2]], [[1, 2, 9]], [[3, 2, 1]]])('refuses %j', async (shape) => {
    await expect(
      curves(shape as [number, number, number], new Float32Array(2)),
    ).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});
