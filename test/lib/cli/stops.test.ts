/** Training that cannot go on: one line, the exit code, and the last good checkpoint as it was. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cliPath, ganode, start } from '../../helpers/child.js';
import { small } from '../../helpers/run.js';
import { temporaryDir } from '../../helpers/tiny.js';

it('when a learning rate explodes: step, term, last good checkpoint', async () => {
  const out = join(await temporaryDir(), 'run');
  const explosive = '{"kind":"sgd","learningRate":10,"momentum":0.99}';
  const settings = [
    `optimizers.generator=${explosive}`,
    `optimizers.discriminator=${explosive}`,
    'checkpoint={"every":1,"keep":null}',
    'samples.every=100000',
  ];
  const set = settings.flatMap((setting) => ['--set', setting]);
  const result = await ganode('train', ...small, '--out', out, '--epochs', '50', ...set);
  expect(result).toMatchObject({ code: 6, signal: null });
  const told =
    /^ganode: (\S+) is (NaN|infinite|not finite) ?(?:at|after) step (\d+).*the last good checkpoint is (\S+)\. .*\n$/;
  expect(result.stderr).toMatch(told);
  const [, , , step, checkpoint = ''] = told.exec(result.stderr) ?? [];
  const info = await ganode('info', checkpoint, '--json');
  expect(info).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(info.stdout).step).toBeLessThan(Number(step));
});

it('when the disk is full in mid-checkpoint: the earlier one stays whole', async () => {
  const out = join(await temporaryDir(), 'run');
  expect(await ganode('train', ...small, '--out', out, '--images', '64')).toMatchObject({
    code: 0,
  });
  const checkpoints = join(out, 'checkpoints');
  const earlier = join(checkpoints, 'step-000004.safetensors');
  const before = await readFile(earlier);
  // A limit on the size of files stands in for a full disk: writing past it fails.
  const blocks = Math.floor(before.length / 1024 / 2);
  const shell = `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`;
  const more = [cliPath, 'train', '--resume', out, '--images', '128'];
  const result = await start(more, { shell }).finished;
  expect(result).toMatchObject({ code: 5, signal: null });
  expect(result.stderr).toMatch(
    /^ganode: could not write .*step-000008\.safetensors: larger than a file may be\n$/,
  );
  expect(await readFile(earlier)).toEqual(before);
  expect(await readdir(checkpoints)).toEqual(['step-000004.safetensors']);
  expect(await ganode('train', '--resume', out, '--images', '128')).toMatchObject({ code: 0 });
});
