/** Ctrl-C, SIGTERM, a reader that leaves. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliPath, ganode, start } from '../../helpers/child.js';
import { small } from '../../helpers/run.js';
import { temporaryDir } from '../../helpers/tiny.js';

const long = ['train', ...small, '--images', '16000000'];

async function stepOf(run: string): Promise<number> {
  return JSON.parse((await ganode('info', run, '--json')).stdout).step;
}

describe('train', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('saves at %s and exits with 130', async (signal) => {
    const out = join(await temporaryDir(), 'run');
    const { child, finished } = start([cliPath, ...long, '--out', out]);
    child.stdout?.once('data', () => setTimeout(() => child.kill(signal), 500));
    const result = await finished;
    expect(result).toMatchObject({ code: 130, signal: null, stderr: '' });
    expect(result.stdout).toMatch(/stopping; a checkpoint is being saved/);
    const step = /aborted at step (\d+)/.exec(result.stdout)?.[1];
    expect(await stepOf(out)).toBe(Number(step));
    const resumed = await ganode(
      'train',
      '--resume',
      out,
      '--images',
      `${(Number(step) + 3) * 16}`,
    );
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
  });

  it('ends at once at a second Ctrl-C, without waiting for the step', async () => {
    const out = join(await temporaryDir(), 'run');
    // A step of many seconds.
    const slow = [
      '--data',
      'mnist',
      '--batch',
      '8192',
      '--set',
      'model.width=64',
      '--threads',
      '1',
    ];
    const args = ['train', ...slow, '--out', out];
    const { child, finished } = start([cliPath, ...args]);
    let interrupted = 0;
    child.stdout?.on('data', (text: Buffer) => {
      if (`${text}`.includes('training')) setTimeout(() => child.kill('SIGINT'), 300);
      if (!`${text}`.includes('stopping')) return;
      interrupted = performance.now();
      child.kill('SIGINT');
    });
    expect(await finished).toMatchObject({ code: null, signal: 'SIGINT', stderr: '' });
    expect(performance.now() - interrupted).toBeLessThan(1500);
  });

  it('saves when nobody reads its output any more, and says nothing', async () => {
    const out = join(await temporaryDir(), 'run');
    const shell = '"$@" | head -n 1; echo "$PIPESTATUS"';
    const { finished } = start([cliPath, ...long, '--out', out], { shell });
    const stdout = expect.stringMatching(/^data mnist: 10,000 images .*\n130\n$/);
    expect(await finished).toMatchObject({ code: 0, stderr: '', stdout });
    expect(await stepOf(out)).toBeGreaterThan(0);
  });
});
