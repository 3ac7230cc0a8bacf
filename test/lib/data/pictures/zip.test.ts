import { randomFillSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../../lib/data/source.js';
import { blue, firstPixels, green, plain, red } from '../../../helpers/pictures.js';
import { temporaryDir } from '../../../helpers/tiny.js';
import { type ZipEntry, zip } from '../../../helpers/zip.mjs';

const [r, g, b] = await Promise.all([plain(red), plain(green), plain(blue)]);

async function written(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryDir(), 'pictures.zip');
  await writeFile(path, bytes);
  return path;
}

const zipped = (entries: readonly ZipEntry[]): Promise<string> => written(zip(entries));

describe.each([1e6, 0])('a zip, of which %i bytes may be kept', (memoryLimit) => {
  const image = { channels: 3, height: 2, width: 2 };

  it("is read as StyleGAN's tool makes it", async () => {
    const labels = {
      labels: [
        ['00000/img00000000.png', 6],
        ['00000/img00000001.png', 2],
        ['00000/img00000002.png', 6],
      ],
    };
    const path = await zipped([
      { name: '00000/img00000000.png', data: r },
      { name: '00000/img00000001.png', data: g },
      { name: '00000/img00000002.png', data: b },
      { name: 'dataset.json', data: Buffer.from(JSON.stringify(labels)) },
    ]);
    const dataset = await openDataset(path, { image, memoryLimit });
    expect(dataset).toMatchObject({ name: path, length: 3, classes: ['2', '6'] });
    expect([...(dataset.labels ?? [])]).toEqual([1, 0, 1]);
    expect(await firstPixels(dataset)).toEqual([
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ]);
  });

  it('is read as macOS makes it: one folder, and what is hidden', async () => {
    const path = await zipped([
      { name: 'Animals/', data: Buffer.alloc(0) },
      { name: 'Animals/.DS_Store', data: Buffer.from('\0\0\0\x01Bud1') },
      { name: 'Animals/cat/1.png', data: r, deflated: true },
      { name: '__MACOSX/Animals/cat/._1.png', data: Buffer.from('\0') },
      { name: 'Animals/dög/1.png', data: g, deflated: true },
      { name: 'Animals/empty/', data: Buffer.alloc(0) },
    ]);
    const dataset = await openDataset(path, { image, memoryLimit });
    expect(dataset.classes).toEqual(['cat', 'dög']);
    expect(dataset.warnings).toEqual([
      `${join(path, 'Animals')}: no pictures in empty, so no class of that name`,
    ]);
  });

  it('leaves out what is encrypted, too large, or compressed in another way, each with its reason', async () => {
    const path = await zipped([
      { name: '1.png', data: r, encrypted: true },
      { name: '2.png', data: g, deflated: true, declaredSize: 2 ** 29 },
      { name: '3.png', data: g, method: 12 },
      { name: '4.png', data: b },
    ]);
    const dataset = await openDataset(path, { image, memoryLimit });
    expect(await firstPixels(dataset)).toEqual([[0, 0, 255]]);
    expect(dataset.warnings).toEqual([
      '3 of 4 pictures do not decode: 1.png: encrypted; 2.png: expected at most 268435456 bytes but it has 536870912; 3.png: unsupported compression method: 12; left out',
    ]);
    await expect(
      openDataset(await zipped([{ name: '1.png', data: r, encrypted: true }]), { memoryLimit }),
    ).rejects.toThrow(/1 of 1 picture does not decode: 1\.png: encrypted/);
  });

  it('is held against its checksums', async () => {
    const path = await zipped([
      { name: 'a.png', data: r, checksum: 1 },
      { name: 'b.png', data: b },
    ]);
    const dataset = await openDataset(path, { image });
    expect(await firstPixels(dataset)).toEqual([[0, 0, 255]]);
    expect(dataset.warnings?.[0]).toMatch(/do not decode: a\.png: damaged: its checksum/);
  });

  it('is not believed where it says that a file is small', async () => {
    const bomb = Buffer.concat([r, Buffer.alloc(2 ** 22)]);
    const path = await zipped([
      { name: 'a.png', data: bomb, deflated: true, declaredSize: r.length },
      { name: 'b.png', data: b },
    ]);
    const dataset = await openDataset(path, { image, memoryLimit });
    expect(await firstPixels(dataset)).toEqual([[0, 0, 255]]);
    expect(dataset.warnings?.[0]).toMatch(/1 of 2 pictures do not decode: a\.png: too many bytes/);
  });
});

describe('a zip that is closed while files in it are given up half-way', () => {
  it.each([
    ['larger than may be read', {}],
    ['larger than the zip says', { declaredSize: r.length }],
  ])('leaves out one %s, and the process goes on', async (_, lie) => {
    // Noise keeps the deflated file as large, so that it takes many reads.
    const large = Buffer.alloc(2 ** 28 + 1);
    randomFillSync(large, 0, 2 ** 22);
    const uncaught: unknown[] = [];
    const note = (error: unknown) => uncaught.push(error);
    process.on('uncaughtExceptionMonitor', note);
    const path = await zipped([
      { name: 'a.png', data: Buffer.concat([r, large]), deflated: true, ...lie },
      { name: 'b.png', data: b },
    ]);
    const dataset = await openDataset(path, { image: { height: 2, width: 2 } });
    await setTimeout(100);
    process.off('uncaughtExceptionMonitor', note);
    expect(uncaught).toEqual([]);
    expect(await firstPixels(dataset)).toEqual([[0, 0, 255]]);
    expect(dataset.warnings?.[0]).toMatch(/^1 of 2 pictures do not decode: a\.png: /);
  });
});

describe('a broken zip', () => {
  const good = zip([
    { name: 'a.png', data: r },
    { name: 'b.png', data: g, deflated: true },
  ]);

  it('is refused wherever it is cut, in one line', async () => {
    for (let length = 4; length < good.length; length += 7) {
      await expect(openDataset(await written(good.subarray(0, length)))).rejects.toMatchObject({
        code: 'INVALID_DATA',
        message: expect.stringMatching(/pictures\.zip: no zip, or a broken one: .{1,250}$/),
      });
    }
  });

  it('gives its pictures or a refusal, whichever byte is wrong', async () => {
    for (let at = 0; at < good.length; at += 3) {
      const bytes = Buffer.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      const opened = await openDataset(await written(bytes)).catch((error: unknown) => error);
      if (opened instanceof Error) expect(opened).toMatchObject({ name: 'GanodeError' });
      else expect((opened as { length: number }).length).toBeGreaterThan(0);
    }
  });

  it('is refused where it is empty, or leads out of itself', async () => {
    await expect(openDataset(await zipped([]))).rejects.toThrow(/expected pictures .* found none/);
    await expect(openDataset(await zipped([{ name: '../a.png', data: r }]))).rejects.toThrow(
      /no zip, or a broken one: invalid relative path: \.\.\/a\.png/,
    );
  });

  it('fails in reading once it is another file', async () => {
    const path = await written(good);
    const dataset = await openDataset(path, { memoryLimit: 0 });
    const before = await readFile(path);
    await writeFile(path, Buffer.alloc(before.length));
    await expect(
      dataset.read(Uint32Array.of(0), new Uint8Array(64 * 64 * 3)),
    ).rejects.toMatchObject({
      code: 'INVALID_DATA',
    });
  });
});

it('a folder that holds nothing but a zip says that the zip can be data', async () => {
  const path = await zipped([{ name: 'a.png', data: r }]);
  await expect(openDataset(join(path, '..'))).rejects.toThrow(
    /expected pictures .* but found none; pictures\.zip lies there, and can be data itself$/,
  );
});
