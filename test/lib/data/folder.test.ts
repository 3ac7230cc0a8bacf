import { mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
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

/** A picture that does not compress, so that half of it is no picture. */
async function noise(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const pixels = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 31 + (i >> 3)) % 251);
  await sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } }).toFile(path);
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
      expect(dataset.warnings).toEqual([
        '1 of 3 pictures do not decode: b.png: holds no picture of a kind that is read; left out',
      ]);
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
      /expected pictures \(PNG, JPEG, WebP, .* and SVG\) but found none/,
    );
    await writeFile(join(dir, 'a.png'), '');
    await expect(openDataset(dir)).rejects.toMatchObject({ code: 'INVALID_DATA' });
    await expect(openDataset(join(dir, 'x'))).rejects.toThrow(/no folder is there/);
    await writeFile(join(dir, 'pictures.zip'), 'no zip');
    await expect(openDataset(join(dir, 'pictures.zip'))).rejects.toThrow(
      /pictures\.zip: expected a folder, a zip, .* but it is another file/,
    );
    await expect(openDataset('/dev/null')).rejects.toThrow(/but it is a device or pipe/);
    await expect(openDataset('minst')).rejects.toThrow(/did you mean "mnist"\?/);
  });

  it('follows links, but not round in circles, and leaves out hidden files', async () => {
    const dir = await temporaryDir();
    const elsewhere = await temporaryDir();
    await picture(join(elsewhere, 'a.png'), red);
    await symlink(elsewhere, join(dir, 'linked'));
    await picture(join(dir, 'plain', 'b.png'), blue);
    await symlink(dir, join(dir, 'plain', 'loop'));
    await picture(join(dir, '.ipynb_checkpoints', 'c.png'), blue);
    await writeFile(join(dir, 'plain', '._b.png'), 'what archives of macOS leave');
    const dataset = await openDataset(dir, { image });
    expect(dataset.classes).toEqual(['linked', 'plain']);
    expect([...(dataset.labels ?? [])]).toEqual([0, 1]);
    expect(dataset.warnings).toBeUndefined();
  });

  it('reads grey, 16-bit, CMYK and animated files', async () => {
    const grey = { create: { width: 4, height: 4, channels: 3, background: '#c8c8c8' } } as const;
    const dir = await temporaryDir();
    await sharp(grey).toColourspace('b-w').png().toFile(join(dir, '1.png'));
    await sharp(grey).toColourspace('rgb16').png().toFile(join(dir, '2.png'));
    await sharp(grey).toColourspace('cmyk').jpeg().toFile(join(dir, '3.jpg'));
    const frames = { width: 4, height: 8, channels: 3, pageHeight: 4 } as const;
    await sharp(new Uint8Array(96).fill(200, 0, 48), { raw: frames })
      .webp({ lossless: true, delay: [50, 50] })
      .toFile(join(dir, '4.webp'));
    for (const channels of [1, 3]) {
      const dataset = await openDataset(dir, { image: { ...image, channels } });
      const target = new Uint8Array(4 * channels * 4);
      await dataset.read(Uint32Array.of(0, 1, 2, 3), target);
      for (const value of target) expect(Math.abs(value - 200)).toBeLessThan(16); // CMYK is lossy
    }
  });

  it('turns pictures upright as their EXIF says', async () => {
    const dir = await temporaryDir();
    const raw = { width: 2, height: 1, channels: 3 as const };
    await sharp(Uint8Array.of(255, 255, 255, 0, 0, 0), { raw })
      .withMetadata({ orientation: 6 }) // to be turned clockwise: left goes to the top
      .png()
      .toFile(join(dir, 'a.png'));
    const upright = { channels: 1, height: 2, width: 1 };
    expect(await first(dir, { image: upright })).toEqual([255, 0]);
  });

  it.each(['PNG', 'JPEG'])('takes a %s that is cut short for broken', async (kind) => {
    const dir = await temporaryDir();
    const file = join(dir, kind === 'PNG' ? 'b.png' : 'b.jpg');
    await picture(join(dir, 'a.png'), red);
    await noise(file);
    await truncate(file, Math.floor((await readFile(file)).length / 2));
    const dataset = await openDataset(dir, { image });
    expect(dataset.length).toBe(1);
    const name = kind === 'PNG' ? 'b.png' : 'b.jpg';
    expect(dataset.warnings).toEqual([
      `1 of 2 pictures do not decode: ${name}: cut short; left out`,
    ]);
  });

  describe('streamed, with a file that has a whole header and a broken body', () => {
    async function folder(): Promise<string> {
      const dir = await temporaryDir();
      await picture(join(dir, 'cat', '1.png'), red);
      await noise(join(dir, 'cat', '2.png'));
      await truncate(join(dir, 'cat', '2.png'), 2000);
      await picture(join(dir, 'dog', '3.png'), blue);
      return dir;
    }

    it('puts the next of its class in its place, and says so once', async () => {
      const dir = await folder();
      const dataset = await openDataset(dir, { image, memoryLimit: 0 });
      expect(dataset.length).toBe(3);
      for (let time = 0; time < 2; time += 1) {
        const target = new Uint8Array(36);
        await dataset.read(Uint32Array.of(1, 2, 1), target);
        const expected = [255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0];
        expect([...target.subarray(0, 12)]).toEqual(expected);
        expect([...target.subarray(24)]).toEqual(expected);
        expect(target[20]).toBe(255); // blue
      }
      expect(dataset.warnings).toHaveLength(1);
      expect(dataset.warnings?.[0]).toMatch(/2\.png: .*1\.png stands in for it/);
    });

    it('is an error when asked', async () => {
      const dir = await folder();
      const dataset = await openDataset(dir, { image, memoryLimit: 0, onBroken: 'error' });
      await expect(dataset.read(Uint32Array.of(0, 1), new Uint8Array(24))).rejects.toMatchObject({
        code: 'INVALID_DATA',
        details: { path: join(dir, 'cat', '2.png') },
      });
    });
  });

  it.each([
    [
      { image: { ...image, channels: 2 } },
      /Expected 1, 3 or 4 .*for image\.channels but received 2/,
    ],
    [
      { image: { ...image, width: 1.5 } },
      /Expected a whole number from 1 to 4096 for image\.width/,
    ],
    [{ onBroken: 'ignore' }, /Expected 'skip' or 'error' for onBroken but received "ignore"/],
    [{ memoryLimit: -1 }, /Expected a number of bytes for memoryLimit/],
    [{ background: 'no colour' }, /Expected a colour such as #ffffff for background/],
  ])('refuses %o', async (options, message) => {
    const dir = await temporaryDir();
    await picture(join(dir, 'a.png'), red);
    await expect(openDataset(dir, options as object)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(message),
    });
  });
});
