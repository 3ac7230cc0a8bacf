/** Links, devices and pipes are written to, and none of them is replaced. */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeFileAtomic } from '../../../lib/files.js';
import { temporaryDir } from '../../helpers/tiny.js';

describe.skipIf(process.platform !== 'linux')('writing to', () => {
  it('a link writes the file that it leads to, through several links', async () => {
    const dir = await temporaryDir();
    await mkdir(join(dir, 'real'));
    await writeFile(join(dir, 'real', 'file'), 'old');
    await symlink('real', join(dir, 'folder'));
    await symlink('folder/file', join(dir, 'b'));
    await symlink(join(dir, 'b'), join(dir, 'a'));
    await writeFileAtomic(join(dir, 'a'), 'new');
    expect(await readFile(join(dir, 'real', 'file'), 'utf8')).toBe('new');
    expect((await lstat(join(dir, 'real', 'file'))).isFile()).toBe(true);
    expect(await readlink(join(dir, 'a'))).toBe(join(dir, 'b'));
    expect(await readlink(join(dir, 'b'))).toBe('folder/file');
    expect(await readdir(join(dir, 'real'))).toEqual(['file']);
  });

  it('a link that leads to nothing makes the file there', async () => {
    const dir = await temporaryDir();
    await symlink('later/file', join(dir, 'link'));
    await writeFileAtomic(join(dir, 'link'), 'new');
    expect(await readFile(join(dir, 'later', 'file'), 'utf8')).toBe('new');
    expect(await readlink(join(dir, 'link'))).toBe('later/file');
  });

  it('a file keeps its permissions', async () => {
    const file = join(await temporaryDir(), 'file');
    await writeFile(file, 'old');
    await chmod(file, 0o640);
    await writeFileAtomic(file, 'new');
    expect((await stat(file)).mode & 0o7777).toBe(0o640);
  });

  it('a device writes through, and a full one says so', async () => {
    const before = await stat('/dev/null');
    await writeFileAtomic('/dev/null', 'x');
    const after = await stat('/dev/null');
    expect(after.isCharacterDevice()).toBe(true);
    expect([after.ino, after.rdev]).toEqual([before.ino, before.rdev]);
    await expect(writeFileAtomic('/dev/full', 'x')).rejects.toMatchObject({
      code: 'IO',
      message: 'could not write /dev/full: no space left on the device',
      details: { path: '/dev/full', reason: 'ENOSPC' },
    });
    expect((await stat('/dev/full')).isCharacterDevice()).toBe(true);
  });

  it('a pipe gives it to the reader', async () => {
    const pipe = join(await temporaryDir(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reader = spawn('cat', [pipe]);
    const read = new Promise<string>((resolve) => {
      reader.stdout.on('data', (bytes) => resolve(String(bytes)));
    });
    await writeFileAtomic(pipe, 'through');
    expect(await read).toBe('through');
    expect((await stat(pipe)).isFIFO()).toBe(true);
  });

  it('what is no file is refused, and stays', async () => {
    const dir = await temporaryDir();
    const socket = join(dir, 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    onTestFinished(() => void server.close());
    await mkdir(join(dir, 'folder'));
    await symlink('y', join(dir, 'x'));
    await symlink('x', join(dir, 'y'));
    await writeFile(join(dir, 'file'), '');
    const cases = {
      socket: 'is a socket',
      folder: 'is a folder',
      x: 'a loop of links',
      'file/x': 'a part of the path is not a folder',
      ['n'.repeat(300)]: 'name too long',
    };
    for (const [name, words] of Object.entries(cases)) {
      const path = join(dir, name);
      await expect(writeFileAtomic(path, 'z')).rejects.toMatchObject({
        code: 'IO',
        message: `could not write ${path}: ${words}`,
      });
    }
    expect((await stat(socket)).isSocket()).toBe(true);
    expect((await readdir(dir)).sort()).toEqual(['file', 'folder', 'socket', 'x', 'y']);
  });
});
