import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFileAtomic } from '../../lib/files.js';
import { temporaryDir } from '../helpers/tiny.js';

describe('writeFileAtomic', () => {
  it('makes folders, writes, overwrites, and leaves nothing beside', async () => {
    const dir = join(await temporaryDir(), 'a', 'b');
    await writeFileAtomic(join(dir, 'f'), 'one');
    await writeFileAtomic(join(dir, 'f'), Uint8Array.of(50));
    expect(await readFile(join(dir, 'f'), 'utf8')).toBe('2');
    expect(await readdir(dir)).toEqual(['f']);
  });

  it.skipIf(process.platform !== 'linux')(
    'comes back from a file system that makes no folders, in a process that goes on',
    async () => {
      await expect(writeFileAtomic('/proc/ganode/x/y', 'z')).rejects.toMatchObject({
        code: 'IO',
        message: 'could not write /proc/ganode/x/y: no such folder',
      });
    },
  );

  it('fails with the path, and leaves what was there as it was', async () => {
    const dir = await temporaryDir();
    await writeFile(join(dir, 'file'), 'whole');
    const below = join(dir, 'file', 'x');
    await expect(writeFileAtomic(below, 'y')).rejects.toMatchObject({
      code: 'IO',
      details: { path: below },
    });
    expect(await readFile(join(dir, 'file'), 'utf8')).toBe('whole');
    await mkdir(join(dir, 'folder', 'full'), { recursive: true });
    await expect(writeFileAtomic(join(dir, 'folder'), 'y')).rejects.toThrow(
      /could not write .*folder: /,
    );
    expect((await readdir(dir)).sort()).toEqual(['file', 'folder']);
  });
});
