/** TorchScript files as extractors against PyTorch (values: scripts/reference/torchscript.py). */
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { FeatureExtractor, Features } from '../../lib/evaluate/extractor.js';
import { type OpenTorchScriptOptions, openTorchScript } from '../../lib/evaluate/torchscript.js';
import { temporaryDir } from '../helpers/tiny.js';
import { writeTorchScripts } from '../helpers/torchscript.js';

const file = new URL('fixtures/torchscript.json', import.meta.url);
const wanted = JSON.parse(readFileSync(file, 'utf8')) as Record<
  'features' | 'logits' | 'resized' | 'bytes',
  number[]
>;

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ganode-torchscript-'));
  await writeTorchScripts(dir);
});
afterAll(() => rm(dir, { recursive: true }));
const fixture = (name: string): string => join(dir, name);

/** The script's images. */
function images(count: number, channels: number, side: number) {
  const length = count * channels * side * side;
  const data = Uint8Array.from({ length }, (_, i) => i * 37 + Math.floor(i / 11));
  return { shape: [count, channels, side, side], data };
}

async function open(options: OpenTorchScriptOptions): Promise<FeatureExtractor> {
  const extractor = await openTorchScript({ threads: 1, ...options });
  onTestFinished(() => extractor.dispose());
  return extractor;
}

function expectClose(found: Features | undefined, values: number[], size: number): void {
  expect(found?.size).toBe(size);
  expect(found?.data).toHaveLength(values.length);
  found?.data.forEach((value, i) => {
    expect(Math.abs(value - (values[i] as number))).toBeLessThan(1e-5);
  });
}

describe('openTorchScript', () => {
  it('gives features and logits of grey images as floats in [-1, 1]', async () => {
    const extractor = await open({ path: fixture('pooled.pt') });
    expect(extractor.id).toMatch(/^torchscript-[0-9a-f]{16}$/);
    expect(extractor.description).toBe('pooled.pt');
    const { features, logits } = await extractor.extract(images(3, 1, 8));
    expectClose(features, wanted.features, 4);
    expectClose(logits, wanted.logits, 3);
  });

  it('resizes, and scales to another range', async () => {
    const extractor = await open({ path: fixture('pooled.pt'), size: [5, 6], range: [0, 1] });
    expectClose((await extractor.extract(images(3, 1, 8))).features, wanted.resized, 4);
  });

  it('calls a file of Inception with bytes, and asks it for features', async () => {
    const extractor = await open({ path: fixture('inception-like.pt') });
    const { features, logits } = await extractor.extract(images(2, 3, 8));
    expectClose(features, wanted.bytes, 12);
    expect(logits).toBeUndefined();
  });

  it('has an id of the content and the call, not of the name', async () => {
    const path = join(await temporaryDir(), 'other.pt');
    await copyFile(fixture('pooled.pt'), path);
    const { id } = await open({ path: fixture('pooled.pt') });
    expect((await open({ path })).id).toBe(id);
    expect((await open({ path, range: [0, 1] })).id).not.toBe(id);
    expect((await open({ path, size: [8, 8] })).id).not.toBe(id);
    expect((await open({ path: fixture('inception-like.pt'), input: 'float' })).id).not.toBe(id);
  });

  it('refuses what it cannot open or call', async () => {
    const path = fixture('pooled.pt');
    const wrong: [object, RegExp][] = [
      [{ input: 'int' }, /Expected 'uint8' or 'float' for input/],
      [{ range: [1, -1] }, /a number for black and a larger one for white for range/],
      [{ size: [0, 8] }, /whole number from 1 to 4096 for size/],
      [{ channels: 0 }, /a whole number from 1 to 1024 for channels/],
    ];
    for (const [options, message] of wrong) {
      await expect(openTorchScript({ path, ...options })).rejects.toThrow(message);
    }
    await expect(openTorchScript({ path: '/nowhere.pt' })).rejects.toMatchObject({
      code: 'IO',
      message: 'could not read /nowhere.pt: no such file or folder',
    });
    const text = join(await temporaryDir(), 'text.pt');
    await writeFile(text, 'no module');
    await expect(openTorchScript({ path: text })).rejects.toMatchObject({
      code: 'INVALID_DATA',
      message: expect.stringMatching(/^.*text\.pt: expected a TorchScript file.*$/),
    });
    const extractor = await open({ path });
    await expect(extractor.extract(images(1, 2, 8))).rejects.toThrow(
      /expected images of 3 channels/,
    );
  });
});
