import { describe, expect, it } from 'vitest';
import { blue, image, plain, png, red } from '../../../helpers/pictures.js';
import { opened, ways } from './both.js';

const clear = await plain({ ...red, alpha: 0 });
/** Red of half, a fifth, all and no opacity. */
const partial = await png([255, 0, 0, 128, 255, 0, 0, 51, 255, 0, 0, 255, 9, 9, 9, 0], 2, 2);
const kept = '--background changes that, --channels 4 keeps them';

describe.each(ways)('transparency in $way', (way) => {
  const warned = (count: string): string[] => [
    `${count} ${way.memoryLimit === 0 ? 'may have' : count.startsWith('1 ') ? 'has' : 'have'} transparent parts, shown on white; ${kept}`,
  ];

  it('shows white, and says so', async () => {
    const files = { 'a.png': partial, 'b.png': clear, 'c.png': await plain(blue) };
    const dataset = await opened(files, way);
    expect(await image(dataset, 0)).toEqual([
      ...[255, 255, 255, 255],
      ...[127, 204, 0, 255],
      ...[127, 204, 0, 255],
    ]);
    expect(await image(dataset, 1)).toEqual(new Array(12).fill(255));
    expect(dataset.warnings).toEqual(warned('2 pictures'));
  });

  it('shows another background, without a word', async () => {
    const dataset = await opened({ 'a.png': partial }, way, { background: '#0000c8' });
    expect(await image(dataset, 0)).toEqual([
      ...[128, 51, 255, 0],
      ...[0, 0, 0, 0],
      ...[100, 160, 0, 200],
    ]);
    expect(dataset.warnings ?? []).toEqual([]);
  });

  it('is put on the background before it becomes grey', async () => {
    const grey = { channels: 1, height: 2, width: 2 };
    const half = await opened({ 'a.png': await png([255, 0, 0, 128], 1, 1) }, way, { image: grey });
    // The colour (255, 127, 127) has 0.2126 + 0.7874 × 0.2122 of white's luminance.
    const flat = await opened({ 'a.png': await png([255, 127, 127], 1, 1) }, way, { image: grey });
    const [value = 0] = await image(half, 0);
    expect(value).toBe((await image(flat, 0))[0]);
    expect(Math.abs(value - 166)).toBeLessThan(3);
    expect(half.warnings).toEqual(warned('1 picture'));
  });

  it('is put on a colour even where the picture is grey', async () => {
    const dataset = await opened(
      { 'a.png': await png([0, 0, 0, 255, 50, 0, 50, 255], 2, 2) },
      way,
      {
        background: '#336699',
      },
    );
    expect(await image(dataset, 0)).toEqual([
      ...[0x33, 0, 0x33, 50],
      ...[0x66, 0, 0x66, 50],
      ...[0x99, 0, 0x99, 50],
    ]);
  });

  it('stays with four channels; opaque pictures are opaque', async () => {
    const dataset = await opened({ 'a.png': partial, 'b.png': await plain(blue) }, way, {
      image: { channels: 4 },
    });
    expect(dataset.shape.channels).toBe(4);
    expect(await image(dataset, 0)).toEqual([
      ...[255, 255, 255, 9],
      ...[0, 0, 0, 9],
      ...[0, 0, 0, 9],
      ...[128, 51, 255, 0],
    ]);
    expect((await image(dataset, 1)).slice(8)).toEqual([255, 255, 255, 255, 255, 255, 255, 255]);
    expect(dataset.warnings ?? []).toEqual([]);
  });

  it('does not bleed the colour of clear pixels when four channels are resized', async () => {
    const stripes = await png([0, 0, 255, 255, 255, 0, 0, 0, 0, 0, 255, 255, 255, 0, 0, 0], 2, 2);
    const dataset = await opened({ 'a.png': stripes }, way, {
      image: { channels: 4, height: 1, width: 1 },
    });
    const [r, g, b, alpha = 0] = await image(dataset, 0);
    expect([r, g, b]).toEqual([0, 0, 255]);
    expect(Math.abs(alpha - 128)).toBeLessThan(2);
  });

  it('pads four channels with nothing, or with what the background says', async () => {
    const files = { 'a.png': await png([1, 2, 3, 1, 2, 3], 1, 2) };
    const wide = { channels: 4, height: 2, width: 3 };
    const padded = async (background?: string): Promise<number[]> => {
      const options = { image: wide, fit: 'pad' as const, ...(background && { background }) };
      const all = await image(await opened(files, way, options), 0);
      return [0, 6, 12, 18].flatMap((plane) => all.slice(plane, plane + 3));
    };
    expect(await padded()).toEqual([0, 1, 0, 0, 2, 0, 0, 3, 0, 0, 255, 0]);
    expect(await padded('#0a0b0c')).toEqual([10, 1, 10, 11, 2, 11, 12, 3, 12, 255, 255, 255]);
    expect(await padded('#0a0b0c80')).toEqual([10, 1, 10, 11, 2, 11, 12, 3, 12, 128, 255, 128]);
  });

  it('refuses a background that shows what is behind it, where there is no alpha', async () => {
    await expect(opened({ 'a.png': clear }, way, { background: 'transparent' })).rejects.toThrow(
      'Expected an opaque colour (or 4 channels) for background but received "transparent"',
    );
  });
});
