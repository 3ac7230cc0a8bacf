/** Where nothing can be written, every command says so in one line before it works, and reading goes on. */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliPath, type Finished, ganode, start } from '../helpers/child.js';
import { sharedRun, small } from '../helpers/run.js';

const { dir, run } = sharedRun();

/** Mounts the folder of its first argument read-only, for the rest of its arguments alone. */
const readOnly = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"';
const mayMount = spawnSync('unshare', ['-m', 'bash', '-c', readOnly, 'bash', '/tmp', 'true']);

/** What each command that writes is told to write to `place`, which is a folder or would lie in one. */
const writing = (place: string): Record<string, string[]> => ({
  train: ['train', ...small, '--images', '16', '--out', join(place, 'new')],
  'generate --grid': ['generate', run, '--count', '4', '--grid', join(place, 'a.png')],
  'generate --npy': ['generate', run, '--count', '4', '--npy', join(place, 'a.npy')],
  'generate --png': ['generate', run, '--count', '4', '--png', join(place, 'pictures')],
  interpolate: ['interpolate', run, '--out', join(place, 'a.gif')],
  evaluate: ['evaluate', run, '--count', '100', '--out', join(place, 'a.json')],
  'evaluate --scatter': ['evaluate', run, '--count', '100', '--scatter', join(place, 'a.png')],
});

/** What keeps a command from working: it prints nothing, and little time went by. */
const refusal = (path: string, reason: string) => ({
  code: 5,
  stdout: '',
  stderr: expect.stringMatching(
    new RegExp(`^ganode: could not (write|use) ${path}[^\n]*: ${reason}\n$`),
  ),
});

describe.skipIf(process.platform !== 'linux')('a place below what is no folder', () => {
  it.each(Object.entries(writing('/dev/null')))('%s', async (_, args) => {
    expect(await ganode(...args)).toMatchObject(
      refusal('/dev/null', 'a part of the path is not a folder'),
    );
  });
});

describe.skipIf(mayMount.status !== 0)('a read-only file system', () => {
  const mounted = (place: string, args: string[], cwd?: string): Promise<Finished> =>
    start([cliPath, ...args], {
      shell: `exec unshare -m bash -c '${readOnly}' bash ${place} "$@"`,
      ...(cwd !== undefined && { cwd }),
    }).finished;
  const place = join(dir, 'read-only');

  it.each(Object.entries(writing(place)))('%s', async (_, args) => {
    await mkdir(place, { recursive: true });
    expect(await mounted(place, args)).toMatchObject(refusal(place, 'read-only file system'));
    expect(await readdir(place)).not.toContain('new');
  });

  it('holds a run that can be sampled and looked at, and not gone on with', async () => {
    const kept = join(place, 'kept');
    await cp(run, kept, { recursive: true });
    expect(await mounted(place, ['info', kept])).toMatchObject({ code: 0, stderr: '' });
    const grid = join(dir, 'from-read-only.png');
    const sampled = await mounted(place, ['generate', kept, '--count', '4', '--grid', grid]);
    expect(sampled).toMatchObject({ code: 0, stdout: `${grid}\n`, stderr: '' });
    const more = ['train', ...small, '--images', '400', '--out', kept, '--resume'];
    expect(await mounted(place, more)).toMatchObject(refusal(kept, 'read-only file system'));
  });
});
