import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../lib/data/source.js';
import { temporaryDir } from '../../helpers/tiny.js';

type Colour = { r: number; g: number; b: number; alpha?: number };
const red = { r: 255, g: 0, b: 0 };
const blue = { r: 0, g: 0, b: 255 };

async function picture(path: string, colour: Colour, width = 4, height = 4): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const channels = colour.alpha === undefined ? 3 : 4;
  await sharp({ create: { width, height, channels, background: colour } }).toFile(path);
}

async function first(dir: string, options: object): Promise<number[]> {
  const dataset = await openDataset(dir, options);
  const target = new Uint8Array(
    dataset.shape.channels * dataset.shape.height * dataset.shape.width,
  );
  await dataset.read(Uint32Array.of(0), target);
  return [...target];
}

describe('a folder of images', () => {
  const image = { channels: 3, height: 2, width: 2 };

  it('gives C×H×W bytes, in the natural order of names, in memory and streamed alike', async () => {
    const dir = await temporaryDir();
    await picture(join(dir, 'a10.png'), blue);
    await picture(join(dir, 'a9.webp'), red);
    await writeFile(join(dir, 'notes.txt'), 'no image');
    for (const memoryLimit of [1e6, 0]) {
      const dataset = await openDataset(dir, { image, memoryLimit });
      expect(dataset.length).toBe(2);
      const target = new Uint8Array(2 * 12);
      await dataset.read(Uint32Array.of(1, 0), target);
      expect([...target.subarray(0, 12)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255]);
      expect(target[12]).toBeGreaterThan(250); // WebP loses a little
      expect(dataset.labels).toBeUndefined();
    }
  });

  it('crops to the centre', async () => {
    const dir = await temporaryDir();
    const raw = { width: 4, height: 2, channels: 3 as const };
    const stripe = [0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 0];
    await sharp(Uint8Array.from([...stripe, ...stripe]), { raw })
      .png()
      .toFile(join(dir, 'a.png'));
    expect(await first(dir, { image })).toEqual(new Array(12).fill(255));
  });

  it('puts transparent pixels on white, and makes grey of colour when asked', async () => {
    const dir = await temporaryDir();
    await picture(join(dir, 'a.png'), { ...red, alpha: 0 });
    expect(await first(dir, { image: { ...image, channels: 1 } })).toEqual([255, 255, 255, 255]);
  });

  it('takes subfolders as classes', async () => {
    const dir = await temporaryDir();
    await picture(join(dir, 'cat', '1.png'), red);
    await picture(join(dir, 'dog', '1.jpg'), blue);
    await picture(join(dir, 'dog', 'more', '2.png'), blue);
    const dataset = await openDataset(dir, { image });
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect([...(dataset.labels ?? [])]).toEqual([0, 1, 1]);
  });

  it('leaves out a broken image and says so, or refuses it when asked', async () => {
    const dir = await temporaryDir();
    await picture(join(dir, 'a.png'), red);
    await writeFile(join(dir, 'b.png'), 'no picture');
    await picture(join(dir, 'c.png'), blue);
    for (const memoryLimit of [1e6, 0]) {
      const dataset = await openDataset(dir, { image, memoryLimit });
      expect(dataset.length).toBe(2);
      expect(dataset.warnings?.[0]).toMatch(/1 of 3 images were left out; the first: .*b\.png: /);
      const target = new Uint8Array(12);
      await dataset.read(Uint32Array.of(1), target);
      expect(target[8]).toBe(255);
      await expect(openDataset(dir, { image, memoryLimit, onBroken: 'error' })).rejects.toThrow(
        /b\.png/,
      );
    }
  });

  it('refuses a folder without images, one with broken ones only, and no folder', async () => {
    const dir = await temporaryDir();
    await expect(openDataset(dir)).rejects.toThrow(
      /expected PNG, JPEG or WebP files but found none/,
    );
    await writeFile(join(dir, 'a.png'), '');
    await expect(openDataset(dir)).rejects.toMatchObject({ code: 'INVALID_DATA' });
    await expect(openDataset(join(dir, 'x'))).rejects.toThrow(/no folder is there/);
    await expect(openDataset('minst')).rejects.toThrow(/did you mean "mnist"\?/);
  });
});
