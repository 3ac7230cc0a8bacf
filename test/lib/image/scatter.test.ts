import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { mixtures, openMixture } from '../../../lib/data/mixture.js';
import { scatter } from '../../../lib/image/scatter.js';

const none = new Float32Array(0);
const margin = 8;

/** Reads the picture; `at` gives the colour in the pixel where a point of the range -1 … 1 lies. */
async function decode(png: Buffer) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: info.height, channels: 3 });
  const pixel = (x: number, y: number): number[] => [
    ...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3),
  ];
  const inner = info.width - 2 * margin;
  const at = (x: number, y: number): number[] =>
    pixel(
      Math.floor(margin + ((x + 1) / 2) * inner),
      Math.floor(info.width - margin - ((y + 1) / 2) * inner),
    );
  return { info, data, at, pixel };
}

const white = [255, 255, 255];
const grey = [176, 176, 176];
const range = [-1, 1] as const;

describe('scatter', () => {
  it('draws real points in grey and generated ones in colour, x to the right and y up', async () => {
    const real = Float32Array.of(-0.5, 0.5, 0.5, 0.5);
    const picture = await decode(
      await scatter(real, Float32Array.of(0.5, 0.5, 0.25, -0.75), { range }),
    );
    expect(picture.info.width).toBe(480);
    expect(picture.at(-0.5, 0.5)).toEqual(grey);
    for (const [x, y] of [
      [0.5, 0.5],
      [0.25, -0.75],
    ] as const) {
      const [r = 0, g = 0, b = 0] = picture.at(x, y);
      expect(r - Math.max(g, b)).toBeGreaterThan(40);
    }
    expect(picture.at(-0.5, -0.5)).toEqual(white);
    expect(picture.at(-0.25, 0.75)).toEqual(white);
  });

  it('draws a box, and nothing outside it', async () => {
    const outside = Float32Array.of(1.5, 0, Number.NaN, 0, 0, Number.POSITIVE_INFINITY);
    const { pixel, data } = await decode(await scatter(outside, outside, { range, size: 100 }));
    expect(pixel(margin, 50)).not.toEqual(white);
    expect(pixel(99 - margin, 50)).not.toEqual(white);
    expect(pixel(50, margin)).not.toEqual(white);
    const empty = await decode(await scatter(none, none, { range, size: 100 }));
    expect(data.equals(empty.data)).toBe(true);
  });

  it('takes its range from the real points, in equal scale', async () => {
    // 2 wide and 0.4 high: the picture shows 2.4 both ways, around the middle (1, 0.2).
    const real = Float32Array.of(0, 0, 2, 0.4);
    const far = Float32Array.of(1, 0.2, 40, 40);
    const { pixel } = await decode(await scatter(real, far, { size: 256 }));
    const place = (x: number, y: number): number[] =>
      pixel(
        Math.floor(margin + ((x - 1 + 1.2) / 2.4) * 240),
        Math.floor(256 - margin - ((y - 0.2 + 1.2) / 2.4) * 240),
      );
    expect(place(0, 0)).toEqual(grey);
    expect(place(2, 0.4)).toEqual(grey);
    expect(place(1, 0.2)).not.toEqual(white);
    expect(place(1, 1.2)).toEqual(white);
  });

  it('shows every mode of 100,000 points', async () => {
    const dataset = openMixture('grid');
    const points = new Float32Array(200_000);
    dataset.read(
      Uint32Array.from({ length: 100_000 }, (_, i) => i),
      points,
    );
    const { at } = await decode(await scatter(points, none, { range: [-6, 6] }));
    for (const [x, y] of mixtures.grid.centres) expect(at(x / 6, y / 6)).toEqual(grey);
    expect(at(1 / 6, 1 / 6)).toEqual(white);
  });

  it('refuses what it cannot draw', async () => {
    await expect(scatter(new Float32Array(3), none)).rejects.toThrow(
      'scatter: expected points of two values each but received 3 values',
    );
    await expect(scatter(none, none)).rejects.toThrow(
      'scatter: expected a finite real point, or a range',
    );
    await expect(scatter(none, none, { range, size: 10 })).rejects.toThrow(
      /from 64 to 4096 for size/,
    );
    await expect(scatter(none, none, { range: [1, 1] })).rejects.toThrow(
      /a least and a larger most value for range but received "1 … 1"/,
    );
  });
});
