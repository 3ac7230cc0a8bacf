/** Files that are larger than any of their kind: told in words, before anything of them is read. */
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../lib/data/source.js';
import { readJson, readWhole } from '../../../lib/files/read.js';
import { describe as describeRun } from '../../../lib/train/inspect.js';
import { readRunConfig } from '../../../lib/train/run-config.js';
import { sharedDir } from '../../helpers/tiny.js';

const dir = sharedDir();
const threeGiB = 3 * 2 ** 30;

/** A file of three GiB that takes no space on the disk. */
async function large(name: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, '');
  await truncate(path, threeGiB);
  return path;
}

const tooLarge = (most: string) =>
  expect.objectContaining({
    code: 'IO',
    message: expect.stringMatching(
      new RegExp(`^could not read ${dir}/\\S+: expected at most ${most} but it has 3\\.2 GB$`),
    ),
  });

describe('a file of 3 GiB', () => {
  it('is refused as a whole file, of any kind', async () => {
    await expect(readWhole(await large('any'))).rejects.toThrow(tooLarge('2\\.1 GB'));
    await expect(readJson(await large('any.json'))).rejects.toThrow(tooLarge('17 MB'));
    await large('config.json');
    await expect(readRunConfig(dir)).rejects.toThrow(tooLarge('17 MB'));
  });

  it.each(['a.npy', 'data_batch_1.bin'])('is refused as data: %s', async (name) => {
    await expect(openDataset(await large(name))).rejects.toThrow(tooLarge('2\\.1 GB'));
  });

  it.each(['a.npz', 'a.zip'])('is no archive: %s', async (name) => {
    await expect(openDataset(await large(name))).rejects.toMatchObject({ code: 'INVALID_DATA' });
  });

  it('is no checkpoint', async () => {
    await expect(describeRun(await large('a.safetensors'))).rejects.toMatchObject({
      code: 'CHECKPOINT_CORRUPT',
    });
  });
});

describe('a device that never ends', () => {
  it('is read no further than a file of its kind would be', async () => {
    await expect(readWhole('/dev/zero', 2 ** 20)).rejects.toMatchObject({
      code: 'IO',
      message: 'could not read /dev/zero: expected at most 1.0 MB but it has more',
    });
    expect(await readWhole('/dev/null')).toHaveLength(0);
  });
});
