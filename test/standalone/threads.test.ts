/** How many threads there are, who runs them, and that neither changes a bit of what is computed. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliPath, start } from '../helpers/child.js';
import { temporaryDir } from '../helpers/tiny.js';

const linux = process.platform === 'linux';
const hasTaskset = linux && spawnSync('taskset', ['-c', '0', 'true']).status === 0;
const onOneProcessor = 'exec taskset -c 0 "$@"';

/** A training of DCGAN with two threads; prints a hash of what every step reported and of what G makes at the end. */
const training = `
  import { createHash } from 'node:crypto';
  import { ArrayDataset, Trainer } from '${new URL('../../dist/index.js', import.meta.url)}';
  const images = Uint8Array.from({ length: 96 * 28 * 28 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
  const data = new ArrayDataset({ images, shape: { channels: 1, height: 28, width: 28 } });
  const recipe = { recipe: 'dcgan', model: { width: 16 }, batch: 32, threads: 2, precision: 'fp32', reportEvery: 1 };
  const trainer = await Trainer.create({ recipe, data });
  const hash = createHash('sha256');
  for await (const event of trainer.train({ images: 6 * 32 })) {
    if (event.type === 'progress') hash.update(JSON.stringify([event.step, event.losses, event.gradientNorms]));
  }
  const made = await trainer.sample(16);
  hash.update(made.data);
  await trainer.dispose();
  console.log(hash.digest('hex'));`;

const args = ['--input-type=module', '-e', training];

describe('two threads give the same bits', () => {
  it('on ganode’s teams as on libgomp, and where both have one processor', async () => {
    const runs = await Promise.all([
      start(args).finished,
      start(args, { env: { GANODE_OPENMP: 'libgomp' } }).finished,
      ...(hasTaskset ? [start(args, { shell: onOneProcessor }).finished] : []),
    ]);
    for (const run of runs) expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(runs[0]?.stdout).toMatch(/^[0-9a-f]{64}\n$/);
    for (const run of runs) expect(run.stdout).toBe(runs[0]?.stdout);
  });
});

interface Addon {
  threads: number;
  processors: { machine: number; allowed: number; quota?: number };
  threadRuntime: string;
}

async function doctor(options: Parameters<typeof start>[1] = {}): Promise<Addon> {
  const env = { OMP_NUM_THREADS: '', ...options.env };
  const { code, stdout } = await start([cliPath, 'doctor', '--json'], { ...options, env }).finished;
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { addon: Addon }).addon;
}

/**
 * A control group of `controller` with these settings, in which `use` may put processes; false where none can be made (version 2,
 * or no rights).
 */
async function inGroup(
  controller: string,
  settings: Record<string, number>,
  use: (enter: string) => Promise<void>,
): Promise<boolean> {
  const group = `/sys/fs/cgroup/${controller}/ganode-test-${process.pid}`;
  try {
    mkdirSync(group);
    for (const [name, value] of Object.entries(settings)) {
      writeFileSync(`${group}/${name}`, String(value));
    }
  } catch {
    return false;
  }
  try {
    await use(`echo $$ > ${group}/cgroup.procs; exec "$@"`);
  } finally {
    rmdirSync(group);
  }
  return true;
}

describe('the number of threads', () => {
  it.runIf(linux)('is that of the processors, and libtorch is run by ganode', async () => {
    const { threads, processors, threadRuntime } = await doctor();
    expect(processors.allowed).toBe(availableParallelism());
    if (processors.quota === undefined) expect(threads).toBe(processors.allowed);
    expect(threadRuntime).toBe('ganode');
  });

  it.runIf(hasTaskset)('follows the affinity', async () => {
    const { threads, processors } = await doctor({ shell: onOneProcessor });
    expect({ threads, allowed: processors.allowed }).toEqual({ threads: 1, allowed: 1 });
  });

  it('follows OMP_NUM_THREADS', async () => {
    expect((await doctor({ env: { OMP_NUM_THREADS: '3' } })).threads).toBe(3);
  });

  it.runIf(linux)('follows the quota of a control group', async ({ skip }) => {
    const quota = { 'cpu.cfs_period_us': 100_000, 'cpu.cfs_quota_us': 100_000 };
    const could = await inGroup('cpu', quota, async (shell) => {
      const { threads, processors } = await doctor({ shell });
      expect({ threads, quota: processors.quota }).toEqual({ threads: 1, quota: 1 });
    });
    if (!could) skip('no control group can be made here');
  });

  it('is 1 and libgomp’s where that is asked for', async () => {
    const env = { GANODE_OPENMP: 'libgomp', OMP_NUM_THREADS: '1' };
    const { threads, threadRuntime } = await doctor({ env });
    expect({ threads, threadRuntime }).toEqual({
      threads: 1,
      threadRuntime: 'libgomp (chosen by GANODE_OPENMP)',
    });
  });
});

it.runIf(linux)('threads that there is no room for are one line and a code', async ({ skip }) => {
  const limits = { 'pids.max': 60 };
  const could = await inGroup('pids', limits, async (shell) => {
    const out = join(await temporaryDir(), 'run');
    const few = ['--data', 'mnist', '--split', 'test', '--images', '640', '--out', out];
    const { code, stderr } = await start([cliPath, 'train', ...few, '--threads', '500'], { shell })
      .finished;
    expect({ code, stderr }).toEqual({
      code: 8,
      stderr: expect.stringMatching(
        /^ganode: the system has no room for 500 threads \(.+\); fewer of them may do\n$/,
      ),
    });
  });
  if (!could) skip('no control group can be made here');
});
