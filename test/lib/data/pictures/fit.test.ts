import { describe, expect, it } from 'vitest';
import { image, plain, png, red } from '../../../helpers/pictures.js';
import { opened, ways } from './both.js';

/** One row of grey values, so many pixels high. */
const rows = (row: readonly number[], height: number): Promise<Buffer> =>
  png(
    Array.from({ length: height }, () => row.flatMap((value) => [value, value, value])).flat(),
    row.length,
    height,
  );

describe.each(ways)('fitting in $way', (way) => {
  const wide = { channels: 1, height: 2, width: 4 };

  it('crops to the centre unless told otherwise, to any height and width', async () => {
    const dataset = await opened({ 'a.png': await rows([0, 9, 9, 9, 9, 0], 2) }, way, {
      image: wide,
    });
    expect(await image(dataset, 0)).toEqual(new Array(8).fill(9));
    expect(dataset.fit).toBe('crop');
    const tall = await opened({ 'a.png': await rows([7, 7], 6) }, way, {
      image: { channels: 1, height: 3, width: 1 },
    });
    expect(await image(tall, 0)).toEqual([7, 7, 7]);
  });

  it('pads with the background, the odd pixel at the end', async () => {
    const dataset = await opened({ 'a.png': await rows([10], 2) }, way, {
      image: wide,
      fit: 'pad',
    });
    expect(await image(dataset, 0)).toEqual([255, 10, 255, 255, 255, 10, 255, 255]);
    expect(dataset.fit).toBe('pad');
    const colour = await opened({ 'a.png': await rows([10], 2) }, way, {
      image: { ...wide, channels: 3 },
      fit: 'pad',
      background: '#336699',
    });
    const plane = (behind: number): number[] => [behind, 10, behind, behind];
    expect(await image(colour, 0)).toEqual(
      [0x33, 0x66, 0x99].flatMap((behind) => [...plane(behind), ...plane(behind)]),
    );
  });

  it('pads grey pictures with the grey of the background', async () => {
    const dataset = await opened({ 'a.png': await rows([10], 2) }, way, {
      image: wide,
      fit: 'pad',
      background: '#808080',
    });
    expect(await image(dataset, 0)).toEqual([128, 10, 128, 128, 128, 10, 128, 128]);
  });

  it('stretches', async () => {
    const dataset = await opened({ 'a.png': await rows([0, 0, 200, 200], 3) }, way, {
      image: { channels: 1, height: 3, width: 2 },
      fit: 'stretch',
    });
    // Lanczos' window reaches over the edge a little; with a crop there would be 0 or 200 alone.
    expect(await image(dataset, 0)).toEqual([11, 189, 11, 189, 11, 189]);
    expect(dataset.fit).toBe('stretch');
  });

  it('is not told where every picture has the proportions', async () => {
    for (const format of ['png', 'webp'] as const) {
      const files = { 'a.x': await plain(red, { width: 8, height: 4, format }) };
      for (const fit of ['crop', 'pad', 'stretch'] as const) {
        expect((await opened(files, way, { image: wide, fit })).fit).toBeUndefined();
        const other = { ...files, 'b.x': await plain(red, { width: 4, height: 8, format }) };
        expect((await opened(other, way, { image: wide, fit })).fit).toBe(fit);
      }
    }
  });

  it('comes after turning upright', async () => {
    // 4 wide and 2 high as stored, to be turned clockwise: 2 wide and 4 high, the left at the top.
    const stored = [10, 20, 30, 40, 10, 20, 30, 40].flatMap((value) => [value, value, value]);
    const files = { 'a.png': await png(stored, 4, 2, 6) };
    const tall = await opened(files, way, { image: { channels: 1, height: 4, width: 2 } });
    expect(await image(tall, 0)).toEqual([10, 10, 20, 20, 30, 30, 40, 40]);
    expect(tall.fit).toBeUndefined();
    const square = await opened(files, way, { image: { channels: 1, height: 2, width: 2 } });
    expect(await image(square, 0)).toEqual([20, 20, 30, 30]);
    const padded = await opened(files, way, {
      image: { channels: 1, height: 4, width: 4 },
      fit: 'pad',
    });
    expect((await image(padded, 0)).slice(0, 4)).toEqual([255, 10, 10, 255]);
  });

  it('refuses other ways', async () => {
    await expect(
      opened({ 'a.png': await plain(red) }, way, { fit: 'cover' as never }),
    ).rejects.toThrow(/Expected 'crop', 'pad' or 'stretch' for fit but received "cover"/);
  });
});
