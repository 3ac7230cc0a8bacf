/** A process that may have little memory says so in one line, and ends with a code of its own. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cliPath, type Finished, ganode, start } from '../helpers/child.js';
import { temporaryDir } from '../helpers/tiny.js';

/** With so many kilobytes of addresses. */
const limited = (kilobytes: number, ...args: string[]): Promise<Finished> =>
  start([cliPath, ...args], { shell: `ulimit -v ${kilobytes}; exec "$@"` }).finished;

const small = ['--data', 'mnist', '--split', 'test', '--threads', '1', '--images', '1e5'];

it.skipIf(process.platform !== 'linux')('training a batch that does not fit', async () => {
  const out = join(await temporaryDir(), 'run');
  // Refused before it is tried, by the limit of the process.
  const plainly = await limited(4e6, 'train', ...small, '--out', out, '--batch', '60000');
  expect(plainly).toMatchObject({ code: 8, stdout: '' });
  expect(plainly.stderr).toMatch(
    /^ganode: out of memory: a step of 60000 images of 1×28×28 takes .* GB and more, and there are 4\.1 GB; .*\n$/,
  );
  // Tried: libtorch runs out of it.
  const tried = await limited(4e6, 'train', ...small, '--out', out, '--batch', '8192');
  expect(tried).toMatchObject({ code: 8 });
  expect(tried.stderr).toMatch(
    /^ganode: out of memory: .* were asked for at once; this process may have 4\.1 GB and holds .*; a smaller batch or count takes less\n$/,
  );
});

it.skipIf(process.platform !== 'linux')('more images than fit', async () => {
  const dir = await temporaryDir();
  const run = join(dir, 'run');
  const width = ['--set', 'model.width=2', '--batch', '16'];
  const brief = small.map((value) => (value === '1e5' ? '32' : value));
  expect(await ganode('train', ...brief, ...width, '--out', run)).toMatchObject({ code: 0 });
  const many: string[][] = [
    ['generate', run, '--count', '100000000', '--grid', join(dir, 'a.png')],
    ['interpolate', run, '--frames', '10000000', '--out', join(dir, 'a.gif')],
    ['generate', run, '--count', '2000000', '--npy', join(dir, 'a.npy')],
  ];
  for (const args of many) {
    const { code, stdout, stderr } = await limited(2.5e6, ...args);
    expect({ code, stdout }, stderr).toEqual({ code: 8, stdout: '' });
    expect(stderr).toMatch(/^ganode: out of memory: .*less\n$/);
  }
  expect(await readdir(dir)).toEqual(['run']);
});
