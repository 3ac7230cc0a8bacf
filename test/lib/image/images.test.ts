import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { GanodeError } from '../../../lib/errors.js';
import { Images } from '../../../lib/image/images.js';
import { npy, parseNpy, readNpy } from '../../../lib/image/npy.js';
import { temporaryDir } from '../../helpers/tiny.js';

/** Two 3×1×2 images: planes R, G, B. */
const images = new Images([2, 3, 1, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16));

describe('Images', () => {
  it('makes a grid with black between', async () => {
    const { data, info } = await sharp(await images.grid({ columns: 2, padding: 1 }))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([5, 1, 3]);
    expect([...data]).toEqual([1, 3, 5, 2, 4, 6, 0, 0, 0, 11, 13, 15, 12, 14, 16]);
  });

  it('is near square by default', async () => {
    const many = new Images([5, 1, 4, 4], new Uint8Array(80));
    const { width, height, channels } = await sharp(await many.grid()).metadata();
    expect([width, height, channels]).toEqual([16, 10, 1]);
  });

  it('writes one PNG an image', async () => {
    const paths = await images.toPngs(join(await temporaryDir(), 'pngs'));
    expect(paths.map((path) => path.slice(-10))).toEqual(['000000.png', '000001.png']);
    expect([...(await sharp(paths[1]).raw().toBuffer())]).toEqual([11, 13, 15, 12, 14, 16]);
  });

  it.each([
    ['png', 'png'],
    ['jpg', 'jpeg'],
    ['JPEG', 'jpeg'],
    ['webp', 'webp'],
    ['avif', 'heif'],
    ['tif', 'tiff'],
    ['tiff', 'tiff'],
  ])('writes a grid as .%s', async (extension, format) => {
    const file = join(await temporaryDir(), `grid.${extension}`);
    await images.toGrid(file, { columns: 2, padding: 0 });
    const picture = sharp(file);
    expect(await picture.metadata()).toMatchObject({ format, width: 4, height: 1 });
    // Without loss, but for JPEG.
    const pixels = [...(await picture.removeAlpha().raw().toBuffer())];
    const expected = [1, 3, 5, 2, 4, 6, 11, 13, 15, 12, 14, 16];
    if (format === 'jpeg') {
      pixels.forEach((value, i) => {
        expect(Math.abs(value - (expected[i] as number))).toBeLessThan(12);
      });
    } else expect(pixels).toEqual(expected);
  });

  it('writes what is clear in a JPEG as white', async () => {
    const file = join(await temporaryDir(), 'clear.jpg');
    await new Images([1, 4, 8, 8], new Uint8Array(256)).toGrid(file);
    const { channels, dominant } = await sharp(file)
      .stats()
      .then(({ channels, dominant }) => ({
        channels: channels.length,
        dominant,
      }));
    expect(channels).toBe(3);
    expect(Math.min(dominant.r, dominant.g, dominant.b)).toBeGreaterThan(240);
  });

  it('refuses a grid by another name, with the list of those that there are', async () => {
    const file = join(await temporaryDir(), 'grid.bmp');
    await expect(images.toGrid(file)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message:
        /^Expected a name that ends in \.png, \.jpg, \.jpeg, \.webp, \.avif, \.tif, \.tiff for file/,
    });
    const wide = new Images([1, 1, 1, 16384], new Uint8Array(16384));
    await expect(wide.toGrid(join(await temporaryDir(), 'wide.webp'))).rejects.toThrow(
      /at most 16383 pixels a side for webp/,
    );
  });

  it.each(['webp', 'gif'])('writes an animated %s', async (format) => {
    const file = join(await temporaryDir(), `a.${format}`);
    const frames = new Images(
      [3, 1, 8, 8],
      Uint8Array.from({ length: 192 }, (_, i) => (i < 64 ? 0 : i < 128 ? 128 : 255)),
    );
    await frames.toAnimation(file, { fps: 10 });
    const { pages, delay, pageHeight, width } = await sharp(file, { animated: true }).metadata();
    expect([pages, delay, pageHeight ?? 8, width]).toEqual([3, [100, 100, 100], 8, 8]);
  });

  it('keeps the transparency of four channels', async () => {
    const clear = new Images([1, 4, 1, 1], Uint8Array.of(10, 20, 30, 40));
    expect([
      ...(await sharp(await clear.grid())
        .raw()
        .toBuffer()),
    ]).toEqual([10, 20, 30, 40]);
  });

  it.each([
    [{ columns: 0 }, /whole number from 1 for columns/],
    [{ columns: 1.5 }, /whole number from 1 for columns/],
    [{ padding: -1 }, /whole number from 0 to 4096 for padding/],
  ])('refuses a grid of %o', async (options, message) => {
    await expect(images.grid(options)).rejects.toThrow(message);
  });

  it('refuses what it cannot draw', async () => {
    expect(() => new Images([1, 2, 1, 1], new Uint8Array(2))).toThrow(/1, 3 or 4 channels/);
    expect(() => new Images([1, 1, 2, 2], new Uint8Array(3))).toThrow(/N×C×H×W of 3 values/);
    await expect(images.toAnimation('a.png')).rejects.toThrow(/\.webp or \.gif/);
    await expect(images.toAnimation('a.gif', { fps: 0 })).rejects.toThrow(/1 to 50 for fps/);
    await expect(images.toAnimation('a.gif', { loop: -1 })).rejects.toThrow(/for loop/);
    const wide = new Images([1, 1, 1, 17_000], new Uint8Array(17_000));
    await expect(wide.toAnimation('a.webp')).rejects.toThrow(/at most 16383 pixels a side/);
  });
});

describe('npy', () => {
  it('has the header of the format, aligned to 64 bytes', async () => {
    const file = join(await temporaryDir(), 'a.npy');
    await images.toNpy(file);
    const bytes = await readFile(file);
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from([0x93, 78, 85, 77, 80, 89, 1, 0]));
    const length = bytes.readUInt16LE(8);
    expect((10 + length) % 64).toBe(0);
    const header = bytes.subarray(10, 10 + length).toString();
    expect(header.trim()).toBe("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 1, 2), }");
    expect([...bytes.subarray(10 + length)]).toEqual([...images.data]);
  });

  it('reads back what it wrote', async () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 4 }), { maxLength: 4 }),
        fc.boolean(),
        (shape, isFloat) => {
          const length = shape.reduce((a, b) => a * b, 1);
          const data = isFloat
            ? Float32Array.from({ length }, (_, i) => i / 3 - 1)
            : Uint8Array.from({ length }, (_, i) => i * 7);
          expect(parseNpy(npy(shape, data), 'f')).toEqual({ shape, data });
        },
      ),
    );
    const file = join(await temporaryDir(), 'a.npy');
    await images.toNpy(file);
    expect(await readNpy(file)).toEqual({ shape: images.shape, data: images.data });
  });

  it('refuses what it cannot read, and never with another error', async () => {
    const whole = npy([2, 2], Float32Array.of(1, 2, 3, 4));
    const edited = (from: string, to: string): Uint8Array =>
      Buffer.from(Buffer.from(whole).toString('latin1').replace(from, to), 'latin1');
    const refused: [Uint8Array, RegExp][] = [
      [Uint8Array.of(1, 2), /an \.npy file of version 1\.0/],
      [whole.subarray(0, 50), /hold no header/],
      [whole.subarray(0, whole.length - 1), /2×2 = 16 bytes but 15 follow/],
      [edited('<f4', '<c8'), /\|u1, <f4, <f8 or integers but it is <c8/],
      [edited('<f4', '<f8'), /2×2 = 32 bytes but 16 follow/],
      [edited('False', 'True '), /fortran_order True/],
      [edited('shape', 'shade'), /a header with descr, fortran_order and shape/],
    ];
    for (const [bytes, message] of refused) expect(() => parseNpy(bytes, 'f')).toThrow(message);
    fc.assert(
      fc.property(
        fc.nat({ max: whole.length - 1 }),
        fc.nat({ max: 255 }),
        fc.nat({ max: whole.length }),
        (place, value, length) => {
          const bytes = Uint8Array.from(whole);
          bytes[place] = value;
          try {
            parseNpy(bytes.subarray(0, length), 'f');
          } catch (error) {
            expect(error).toBeInstanceOf(GanodeError);
          }
        },
      ),
      { numRuns: 500 },
    );
    const missing = join(await temporaryDir(), 'x.npy');
    await expect(readNpy(missing)).rejects.toMatchObject({ code: 'IO' });
    expect(() => npy([3], new Uint8Array(2))).toThrow(/a shape of 2 values for shape/);
  });

  it('is read by NumPy, where there is one', ({ skip }) => {
    const program =
      'import sys, io, numpy; a = numpy.load(io.BytesIO(sys.stdin.buffer.read())); print(a.dtype, a.shape, a.tolist())';
    const run = (): string =>
      execFileSync('python3', ['-c', program], {
        input: npy([3], Float32Array.of(0.5, -1, 2)),
        stdio: ['pipe', 'pipe', 'ignore'],
        encoding: 'utf8',
      });
    try {
      execFileSync('python3', ['-c', 'import numpy'], { stdio: 'ignore' });
    } catch {
      skip('no NumPy');
    }
    expect(run().trim()).toBe('float32 (3,) [0.5, -1.0, 2.0]');
  });
});
