/** Checkpoints, which the native side writes, go where other files go, and are refused in the same words. */
import { chmod, mkdir, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeFileAtomic } from '../../../lib/files.js';
import { native } from '../../../lib/native.js';
import { Trainer } from '../../../lib/train/trainer.js';
import { temporaryDir, tinyData, tinyRecipe } from '../../helpers/tiny.js';

async function openTrainer(): Promise<Trainer> {
  const trainer = await Trainer.create({ recipe: tinyRecipe(), data: tinyData() });
  onTestFinished(() => trainer.dispose());
  return trainer;
}

const refusal = (work: Promise<unknown>): Promise<{ code: string; message: string }> =>
  work.then(
    () => Promise.reject(new Error('it was written')),
    ({ code, message, details }) => ({ code, message, details }),
  );

describe.skipIf(process.platform !== 'linux')('a checkpoint', () => {
  it('is refused in the words of other files', async () => {
    const trainer = await openTrainer();
    const dir = await temporaryDir();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(dir, 'socket'), resolve));
    onTestFinished(() => void server.close());
    await mkdir(join(dir, 'folder'));
    await writeFile(join(dir, 'file'), '');
    await symlink('y', join(dir, 'x'));
    await symlink('x', join(dir, 'y'));
    const names = ['folder', 'file/x', 'x', 'socket', 'n'.repeat(300)].map((name) =>
      join(dir, name),
    );
    for (const path of [...names, '/dev/full', '/proc/ganode']) {
      const ofFile = await refusal(writeFileAtomic(path, 'x'));
      expect(ofFile.code).toBe('IO');
      expect(await refusal(trainer.save(path))).toEqual(ofFile);
    }
    await expect(trainer.save(join(dir, 'missing', 'file'))).rejects.toThrow(/: no such folder$/);
    await expect(native().inspectCheckpoint(join(dir, 'missing'))).rejects.toThrow(
      /could not read .*: no such file or folder$/,
    );
  });

  it('follows a link, keeps permissions, and leaves devices as they are', async () => {
    const trainer = await openTrainer();
    const dir = await temporaryDir();
    await writeFile(join(dir, 'file'), '');
    await chmod(join(dir, 'file'), 0o640);
    await symlink('file', join(dir, 'link'));
    await symlink('new', join(dir, 'dangling'));
    for (const name of ['link', 'dangling']) {
      await trainer.save(join(dir, name));
      const target = await readlink(join(dir, name));
      expect(target).toBe(name === 'link' ? 'file' : 'new');
      await native().inspectCheckpoint(join(dir, target));
    }
    expect((await stat(join(dir, 'file'))).mode & 0o7777).toBe(0o640);
    await trainer.save('/dev/null');
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  it('is whole when it went through a pipe', async () => {
    const trainer = await openTrainer();
    const dir = await temporaryDir();
    const { execFileSync, spawn } = await import('node:child_process');
    execFileSync('mkfifo', [join(dir, 'pipe')]);
    const reader = spawn('sh', ['-c', `cat pipe > copy`], { cwd: dir });
    const ended = new Promise((resolve) => reader.on('close', resolve));
    await trainer.save(join(dir, 'pipe'));
    await ended;
    await trainer.save(join(dir, 'straight'));
    const [copy, straight] = await Promise.all(
      ['copy', 'straight'].map((name) => native().inspectCheckpoint(join(dir, name))),
    );
    expect(copy).toEqual(straight);
  });
});
