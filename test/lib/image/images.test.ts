import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Images } from '../../../lib/image/images.js';
import { npy } from '../../../lib/image/npy.js';
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

  it('refuses what it cannot draw', async () => {
    expect(() => new Images([1, 2, 1, 1], new Uint8Array(2))).toThrow(/1, 3 or 4 channels/);
    expect(() => new Images([1, 1, 2, 2], new Uint8Array(3))).toThrow(/N×C×H×W of 3 values/);
    await expect(images.toAnimation('a.png')).rejects.toThrow(/\.webp or \.gif/);
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
