/** Ctrl-C, SIGTERM, a terminal that is closed, a reader that leaves, a log that cannot be written. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startedByNohup } from '../../../lib/cli/interrupt.js';
import { cliPath, ganode, start } from '../../helpers/child.js';
import { small } from '../../helpers/run.js';
import { temporaryDir } from '../../helpers/tiny.js';

const long = ['train', ...small, '--images', '16000000'];

async function stepOf(run: string): Promise<number> {
  return JSON.parse((await ganode('info', run, '--json')).stdout).step;
}

describe('train', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'saves at %s and exits with 130',
    async (signal) => {
      const out = join(await temporaryDir(), 'run');
      const { child, finished } = start([cliPath, ...long, '--out', out]);
      child.stdout?.once('data', () => globalThis.setTimeout(() => child.kill(signal), 500));
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
    },
  );

  it('saves at the SIGHUP of a terminal that is closed, which comes several times', async () => {
    const out = join(await temporaryDir(), 'run');
    const { child, finished } = start([cliPath, ...long, '--out', out]);
    child.stdout?.on('data', (text: Buffer) => {
      if (/step 10|stopping|checkpoint |aborted/.test(`${text}`)) child.kill('SIGHUP');
    });
    expect(await finished).toMatchObject({ code: 130, signal: null, stderr: '' });
    expect(await stepOf(out)).toBeGreaterThanOrEqual(10);
  });

  it('goes on after SIGHUP where nohup started it, and still stops at SIGTERM', async () => {
    const out = join(await temporaryDir(), 'run');
    const { child, finished } = start([cliPath, ...long, '--out', out], { shell: 'nohup "$@"' });
    // The shell is replaced by the one command that it runs.
    child.stdout?.on('data', (text: Buffer) => {
      if (`${text}`.includes('step 10/')) child.kill('SIGHUP');
      if (`${text}`.includes('step 30/')) child.kill('SIGTERM');
    });
    const result = await finished;
    expect(result).toMatchObject({ code: 130, signal: null });
    expect(result.stdout).toContain('step 30/');
    expect(await stepOf(out)).toBeGreaterThanOrEqual(30);
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
      if (`${text}`.includes('training')) globalThis.setTimeout(() => child.kill('SIGINT'), 300);
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

  it.each([
    [
      'standard output',
      '> /dev/full',
      'ganode: could not write standard output: no space left on the device\n',
    ],
    ['both', '> /dev/full 2>&1', ''],
  ])('saves when the disk is full under %s, and exits with 5', async (_, where, stderr) => {
    const out = join(await temporaryDir(), 'run');
    const { finished } = start([cliPath, ...long, '--out', out], { shell: `"$@" ${where}` });
    expect(await finished).toMatchObject({ code: 5, signal: null, stderr, stdout: '' });
    expect(await stepOf(out)).toBe(0);
  });

  it('saves when its log cannot grow any more on the way, and the run goes on', async () => {
    const dir = await temporaryDir();
    const out = join(dir, 'run');
    const log = join(dir, 'log');
    // A limit on the size of files stands in for a full disk; checkpoints are smaller than the log that is there already.
    await writeFile(log, 'x'.repeat(2 ** 22 - 1000));
    const shell = `trap '' XFSZ; ulimit -f 4096; exec "$@" >> '${log}'`;
    const result = await start([cliPath, ...long, '--out', out], { shell }).finished;
    const stderr = 'ganode: could not write standard output: larger than a file may be\n';
    expect(result).toMatchObject({ code: 5, signal: null, stderr });
    const step = await stepOf(out);
    expect(step).toBeGreaterThan(0);
    const more = await ganode('train', '--resume', out, '--images', `${(step + 1) * 16}`);
    expect(more).toMatchObject({ code: 0, stderr: '' });
  });

  it('goes on where standard error alone cannot be written', async () => {
    const dir = await temporaryDir();
    const short = ['train', ...small, '--images', '160'];
    expect(await ganode(...short, '--out', join(dir, 'a'))).toMatchObject({ code: 0 });
    // Weights that do not fit are told in a warning, on standard error.
    const out = join(dir, 'b');
    const other = [...short, '--size', '32', '--transfer', join(dir, 'a'), '--out', out];
    const shell = '"$@" 2> /dev/full';
    const result = await start([cliPath, ...other], { shell }).finished;
    expect(result).toMatchObject({ code: 0, signal: null });
    expect(result.stdout).toMatch(/completed at step 10:/);
    expect(await readFile(join(out, 'metrics.jsonl'), 'utf8')).toContain('"kind":"transfer"');
  });
});

describe('other commands', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'end by %s and leave whole files, and no temporary one',
    async (signal) => {
      const dir = await temporaryDir();
      const run = join(dir, 'run');
      expect(await ganode('train', ...small, '--images', '16', '--out', run)).toMatchObject({
        code: 0,
      });
      for (const wait of [0, 7, 23]) {
        const png = join(dir, `png-${wait}`);
        const args = ['generate', run, '--count', '20000', '--threads', '1', '--png', png];
        const { child, finished } = start([cliPath, ...args]);
        const names = async (): Promise<string[]> => readdir(png).catch(() => []);
        while ((await names()).length < 5 && child.exitCode === null) await setTimeout(20);
        await setTimeout(wait);
        child.kill(signal);
        expect(await finished).toEqual({ code: null, signal, stdout: '', stderr: '' });
        const left = await names();
        expect(left.length).toBeGreaterThanOrEqual(4);
        expect(left.filter((name) => !/^\d{6}\.png$/.test(name))).toEqual([]);
      }
    },
  );
});

describe('startedByNohup', () => {
  it('goes by the command that the shell ran, and by an input that cannot be read', async () => {
    const dir = await temporaryDir();
    const input = async (flags: string): Promise<string> => {
      const file = join(dir, flags);
      await writeFile(file, `pos:\t0\nflags:\t${flags}\nmnt_id:\t26\n`);
      return file;
    };
    const [readOnly, writeOnly, both] = [
      await input('0100000'),
      await input('0100001'),
      await input('0100002'),
    ];
    expect(startedByNohup({ _: '/usr/bin/nohup' }, readOnly)).toBe(true);
    expect(startedByNohup({ _: '/usr/bin/node' }, readOnly)).toBe(false);
    expect(startedByNohup({}, writeOnly)).toBe(true);
    expect(startedByNohup({}, both)).toBe(false);
    expect(startedByNohup({}, join(dir, 'none'))).toBe(false);
  });
});
