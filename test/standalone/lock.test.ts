/** The lock of a run directory between processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lockRun } from '../../lib/train/run-lock.js';
import { cliPath, ganode, projectDir } from '../helpers/child.js';
import { small } from '../helpers/run.js';
import { temporaryDir } from '../helpers/tiny.js';

it('holds while the other process lives, and not after it was killed', async () => {
  const out = join(await temporaryDir(), 'run');
  const args = ['train', ...small, '--images', '1e7', '--out', out, '--json'];
  const child = spawn(process.execPath, [cliPath, ...args], { cwd: projectDir });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const refused = await ganode('train', ...small, '--out', out, '--images', '160');
  expect(refused).toMatchObject({
    code: 5,
    stdout: '',
    stderr: `ganode: ${out}: another training is using it (process ${child.pid})\n`,
  });
  expect(() => lockRun(out)).toThrow(expect.objectContaining({ code: 'IO' }));
  child.kill('SIGKILL');
  await once(child, 'exit');
  await access(join(out, '.lock')); // left behind, and in nobody's way
  const lock = lockRun(out);
  expect(lock.state).toBe('held');
  lock.release();
});
