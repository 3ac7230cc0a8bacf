import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../../lib/data/source.js';
import { blue, fill, firstPixels, plain, red } from '../../../helpers/pictures.js';
import { temporaryDir } from '../../../helpers/tiny.js';
import { opened, ways } from './both.js';

const text = (head: string): Buffer =>
  Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(64)]);
const heic = text('\0\0\0\x18ftypheic\0\0\0\0mif1heic');
const bmp = Buffer.concat([text('BM'), Buffer.alloc(8)]);
bmp[14] = 40;

const svg = `<?xml version="1.0"?>
<!-- ${'a long comment '.repeat(20)} -->
<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">
<rect width="40" height="40" fill="red"/></svg>`;

describe.each(ways)('kinds of pictures in $way', (way) => {
  it('are told by content, whatever a file is called', async () => {
    const jpeg = await plain(red, { format: 'jpeg' });
    const files = {
      '1.png': jpeg,
      '2.jfif': jpeg,
      '3.JPE': jpeg,
      '4 without extension': jpeg,
      '5.txt': await plain(red),
      '6.gif': await plain(red, { format: 'gif' }),
      '7.tiff': await plain(red, { format: 'tiff' }),
      '8.avif': await plain(red, { format: 'avif', width: 16, height: 16 }),
      '9.webp': await plain(red, { format: 'webp' }),
      '10.svg': svg,
      '11.jpeg': await plain(red),
      '12[1]': await plain(red),
      '13[page=2]': jpeg,
    };
    const dataset = await opened(files, way, { background: 'white' });
    expect(dataset.warnings ?? []).toEqual([]);
    expect(dataset.length).toBe(13);
    for (const [r = 0, g = 0, b = 0] of await firstPixels(dataset)) {
      expect(r).toBeGreaterThan(250);
      expect(g).toBeLessThan(6);
      expect(b).toBeLessThan(6);
    }
  });

  it('that are not read are counted in one line; what lies beside pictures is not told', async () => {
    const dataset = await opened(
      {
        'a.png': await plain(blue),
        'b.heic': heic,
        'c.jpg': heic,
        'd.HEIC': heic,
        'e.bmp': bmp,
        'f.psd': text('8BPS\0\x01'),
        'film.mp4': text('\0\0\0\x18ftypisom\0\0\0\0'),
        'weights.bin': text('\0\x01\x02\xff'),
        'notes.txt': 'words',
        README: 'more words, with an ü',
        'Thumbs.db': text('\xd0\xcf\x11\xe0'),
        'old.zip': text('PK\x03\x04'),
        'list.json': '{}',
        '.DS_Store': text('\0\0\0\x01Bud1'),
      },
      way,
    );
    expect(dataset.length).toBe(1);
    expect(dataset.warnings).toEqual([
      'left out: 3 .heic, 1 .bmp, 1 .psd, 1 .mp4, 1 .bin: ganode reads PNG, JPEG, WebP, GIF, TIFF, AVIF and SVG',
    ]);
  });

  it('are counted in the refusal where none is read, in a few lines however many there are', async () => {
    await expect(opened({ 'a.heic': heic, 'b.heic': heic }, way)).rejects.toThrow(
      /expected pictures \(PNG, .* and SVG\) but found 2 \.heic$/,
    );
    const kinds = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [
        `${'x'.repeat(60)}.${i}${'y'.repeat(100)}`,
        text('\0'),
      ]),
    );
    await expect(opened(kinds, way)).rejects.toThrow(/^.{0,400}$/);
  });

  it('of cameras are not taken for TIFF, of which they show a preview only', async () => {
    const tiff = await plain(red, { format: 'tiff' });
    const dataset = await opened({ 'a.tif': tiff, 'b.NEF': tiff }, way);
    expect(dataset.length).toBe(1);
    expect(dataset.warnings?.[0]).toMatch(/^left out: 1 \.nef: /);
  });
});

it('a file that cannot be opened is told with why', async () => {
  const dir = await temporaryDir();
  await fill(dir, { 'a.png': await plain(red) });
  await symlink(join(dir, 'nowhere.png'), join(dir, 'b.png'));
  const dataset = await openDataset(dir);
  expect(dataset.warnings).toEqual([
    '1 of 2 pictures do not decode: b.png: a link that leads nowhere, or a file that is gone; left out',
  ]);
});

it('a 16-bit TIFF keeps its brightness', async () => {
  const dir = await temporaryDir();
  const grey = sharp({ create: { width: 4, height: 4, channels: 3, background: '#c8c8c8' } });
  await fill(dir, { 'a.tif': await grey.toColourspace('rgb16').tiff().toBuffer() });
  const [pixel] = await firstPixels(await openDataset(dir, { image: { channels: 1 } }));
  expect(pixel).toEqual([200]);
});

it.each([0, 1e6])('an SVG shows no other file, with %i bytes in memory', async (memoryLimit) => {
  const dir = await temporaryDir();
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4">';
  const other = `file://${join(dir, 'other.png')}`;
  await fill(dir, {
    'other.png': await plain({ r: 0, g: 0, b: 255 }),
    'data/a.svg': `${svg}<rect width="4" height="4" fill="red"/><image href="b.png" width="4" height="4"/><image href="${other}" width="4" height="4"/></svg>`,
    'data/b.png': await plain({ r: 0, g: 255, b: 0 }),
    'data/c.jpg': `<!-- called otherwise -->${svg}<rect width="4" height="4" fill="red"/><image href="b.png" width="4" height="4"/></svg>`,
  });
  const dataset = await openDataset(join(dir, 'data'), {
    image: { height: 2, width: 2 },
    memoryLimit,
  });
  expect(await firstPixels(dataset)).toEqual([
    [255, 0, 0],
    [0, 255, 0],
    [255, 0, 0],
  ]);
});
