/** The parts of the check on a machine with a GPU that need neither that machine nor a build. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { join as safetensors } from '../helpers/safetensors.mjs';
import { temporaryDir } from '../helpers/tiny.js';

const scripts = new URL('../../scripts/gpu-check/', import.meta.url);
const pathOf = (name: string) => fileURLToPath(new URL(name, scripts));

type SizesOf = (dir: string, most: number) => string[];
const { sizesOf } = (await import(new URL('sizes.mjs', scripts).href)) as { sizesOf: SizesOf };

type Compare = (path: string, other: string) => Record<string, unknown>;
const { compareCheckpoints } = (await import(new URL('compare.mjs', scripts).href)) as {
  compareCheckpoints: Compare;
};

const onLinux = it.skipIf(process.platform !== 'linux');
const tools = ['python3', 'xz', 'tar'];
const canUnpack = tools.every((tool) => spawnSync(tool, ['--version']).status === 0);

/** Runs lines of bash that know `stage` and `summarize`. */
async function stages(lines: string, env: Record<string, string> = {}) {
  const out = await temporaryDir();
  const { status, stdout } = spawnSync('bash', ['-c', `. ${pathOf('stage.sh')}\n${lines}`], {
    env: { PATH: process.env['PATH'], OUT: out, ...env },
    encoding: 'utf8',
  });
  const read = (name: string) => readFile(join(out, name), 'utf8');
  const summary = await read('summary.txt');
  expect(stdout).toBe(summary);
  return { status, summary: summary.trimEnd().split('\n'), log: await read('check.log') };
}

onLinux('stages that fail or hang keep no other from running, and are summed up', async () => {
  const { status, summary, log } = await stages(`
    stage good 5 echo all is well
    stage bad 5 bash -c 'echo on stderr >&2; exit 3'
    stage hangs 1 bash -c 'echo begun; sleep 60 & sleep 60'
    stage absent 5 no-such-program
    stage after 5 true
    summarize`);
  const line = (text: string) =>
    expect.stringMatching(new RegExp(`^${text.replace('SECONDS', '\\s+\\d+\\.\\d s')}$`));
  expect(summary).toEqual([
    line('good +SECONDS  exit   0  ok'),
    line('bad +SECONDS  exit   3  failed'),
    expect.stringMatching(/^hangs +[1-4]\.\d s {2}exit 124 {2}ended at its limit of 1 s$/),
    line('absent +SECONDS  exit 127  failed'),
    line('after +SECONDS  exit   0  ok'),
    '2 passed, 3 failed',
  ]);
  expect(status).toBe(1);
  for (const text of ['good, at most 5 s: echo all is well\nall is well', 'on stderr', 'begun']) {
    expect(log).toContain(text);
  }
});

onLinux('a stage that will not end is killed', async () => {
  const { summary } = await stages(`stage deaf 1 bash -c 'trap "" TERM; sleep 60'`);
  expect(summary[0]).toMatch(/^deaf +[5-9]\.\d s {2}exit 137 {2}ended at its limit of 1 s$/);
});

onLinux('only what is asked for runs, and nothing once the time is over', async () => {
  const lines = 'stage one 5 true\nstage two 5 true\nsummarize';
  const some = await stages(lines, { GANODE_CHECK_ONLY: 'two three' });
  expect(some.summary).toEqual([expect.stringMatching(/^two .* ok$/), '1 passed, 0 failed']);
  expect(some.status).toBe(0);
  const late = await stages(`stage slow 9 sleep 9\n${lines}`, { GANODE_CHECK_SECONDS: '1' });
  expect(late.summary).toEqual([
    expect.stringMatching(/^slow .*exit 124 {2}ended at its limit of 1 s$/),
    expect.stringMatching(/^one .*not run: no time was left$/),
    expect.stringMatching(/^two .*not run: no time was left$/),
    '0 passed, 3 failed',
  ]);
  const patient = await stages('stage slow 1 sleep 1.5', { GANODE_CHECK_PATIENCE: '3' });
  expect(patient.summary[0]).toMatch(/ ok$/);
});

onLinux('what a stage prints is cut where it is too much', async () => {
  const { log } = await stages(`stage loud 5 head -c 5000000 /dev/zero\nstage after 5 echo heard`);
  expect(log.length).toBeLessThan(2_200_000);
  expect(log).toContain('is left out)');
  expect(log.trimEnd().endsWith('heard')).toBe(true);
});

onLinux('run.sh wants a folder for results, in one line', () => {
  const env = { PATH: process.env['PATH'] };
  const { status, stderr } = spawnSync('bash', [pathOf('run.sh')], { env, encoding: 'utf8' });
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/^[^\n]*OUT: expected the folder for results\n$/);
});

it('sizes are told, and refused above the limit, in one line', async () => {
  const dir = await temporaryDir();
  for (const [name, mebibytes] of [
    ['node.xz', 20],
    ['dist.tar.xz', 0.5],
  ] as const) {
    await writeFile(join(dir, name), '');
    await truncate(join(dir, name), mebibytes * 2 ** 20);
  }
  const lines = ['dist.tar.xz 0.5 MiB', 'node.xz 20.0 MiB', 'together 20.5 MiB'];
  expect(sizesOf(dir, 20.5 * 2 ** 20)).toEqual(lines);
  expect(() => sizesOf(dir, 20 * 2 ** 20)).toThrow(
    `${dir}: expected at most 20.0 MiB but received 20.5 MiB: dist.tar.xz 0.5 MiB, node.xz 20.0 MiB`,
  );
});

it.skipIf(!canUnpack)(
  'lays out sources, Node and packages; what is there and the same stays',
  async () => {
    const [packed, work] = [await temporaryDir(), await temporaryDir()];
    await mkdir(join(packed, 'dist'));
    await writeFile(join(packed, 'dist', 'index.js'), 'export {};\n');
    execFileSync('tar', ['-cJf', 'dist.tar.xz', 'dist'], { cwd: packed });
    await writeFile(join(packed, 'node-v0'), '#!/bin/sh\necho node\n');
    execFileSync('xz', [join(packed, 'node-v0')]);
    const cwd = fileURLToPath(new URL('../../', import.meta.url));
    const layOut = () =>
      execFileSync('python3', [pathOf('lay-out.py'), packed, work], { cwd, encoding: 'utf8' });
    expect(layOut()).toContain('node-v0.xz: 0.0 MiB');
    expect(execFileSync(join(work, 'bin', 'node'), { encoding: 'utf8' })).toBe('node\n');
    expect(await readFile(join(work, 'dist', 'index.js'), 'utf8')).toBe('export {};\n');
    const addon = join(work, 'native', 'addon.cc');
    const source = join(cwd, 'native', 'addon.cc');
    expect(await readFile(addon)).toEqual(await readFile(source));
    const { mtimeMs } = await stat(addon);
    await writeFile(join(work, 'native', 'pch.h'), 'changed');
    layOut();
    expect((await stat(addon)).mtimeMs).toBe(mtimeMs);
    expect(await readFile(join(work, 'native', 'pch.h'), 'utf8')).not.toBe('changed');
  },
);

it('checkpoints are compared tensor by tensor', async () => {
  const dir = await temporaryDir();
  const write = async (name: string, values: number[], metadata: string) => {
    const entry = (begin: number) => ({
      dtype: 'F32',
      shape: [2],
      data_offsets: [begin, begin + 8],
    });
    const header = { __metadata__: { made: metadata }, a: entry(0), b: entry(8) };
    const path = join(dir, name);
    const data = Buffer.from(Float32Array.from(values).buffer);
    await writeFile(path, safetensors(JSON.stringify(header), data));
    return path;
  };
  const first = await write('first', [1, 2, 3, 4], 'now');
  const equal = await write('equal', [1, 2, 3, 4], 'then');
  const other = await write('other', [1, 2, 3, 4.5], 'now');
  expect(compareCheckpoints(first, equal)).toEqual({
    tensors: 2,
    different: 0,
    largest: 0,
    line: '2 tensors are equal',
  });
  expect(compareCheckpoints(first, other)).toEqual({
    tensors: 2,
    different: 1,
    largest: 0.5,
    line: '1 of 2 tensors differ, by up to 0.50, the first is b',
  });
});
