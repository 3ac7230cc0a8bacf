/** kill -9 in a fade-in, and a run that goes on from it: the same bits as one that was never stopped. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { describe as inspect } from '../../lib/train/inspect.js';
import { cliPath, ganode, start } from '../helpers/child.js';
import { temporaryDir } from '../helpers/tiny.js';
import { at } from '../lib/train/training.js';

const settings = [
  'model={"latentSize":8,"width":4,"maxWidth":8}',
  'growing={"stableImages":320,"fadeImages":960,"batches":{"4":32,"8":16,"16":16}}',
  'reportEvery=1',
  'checkpoint={"every":3,"keep":null}',
];
/** 8×8 fades in from step 12 to 69 (images 352 to 1264), 16×16 from step 91 on. */
const images = '2000';
const args = (out: string): string[] => [
  ...['train', '--recipe', 'progan', '--data', 'mnist', '--split', 'test', '--size', '16'],
  ...['--threads', '1', '--out', out, '--images', images],
  ...settings.flatMap((setting) => ['--set', setting]),
];

it('says which batches there will be, and which sizes cannot be grown to', async () => {
  const dry = await ganode(...args('none'), '--dry-run');
  expect(dry).toMatchObject({ code: 0, stderr: '' });
  expect(dry.stdout).toMatch(
    /^114 steps of 32 images, from step 12 on 16; .* multiply-adds a step$/m,
  );
  const wrong = args('none').with(args('none').indexOf('--size') + 1, '31');
  const refused = await ganode(...wrong);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(
    /^ganode: image: expected sides .* for progan but received 1×31×31; the nearest that fit are 32×32 and 30×30\n$/,
  );
});

it('goes on exactly where it was killed in a fade-in', { timeout: 120_000 }, async () => {
  const dir = await temporaryDir();
  const [whole, killed] = [join(dir, 'whole'), join(dir, 'killed')];
  const done = await ganode(...args(whole));
  expect(done).toMatchObject({ code: 0, stderr: '' });
  expect(done.stdout).toMatch(/lod 2\.00 .*lod 1\.\d\d .*lod 1\.00 .*lod 0\.\d\d/s);

  const { child, finished } = start([cliPath, ...args(killed)]);
  let said = '';
  child.stdout?.on('data', (text) => {
    said += text;
  });
  while (!/checkpoint .*step-0000(2[4-9]|[3-5]\d)/.test(said) && child.exitCode === null) {
    await setTimeout(2);
  }
  child.kill('SIGKILL');
  expect((await finished).signal).toBe('SIGKILL');
  const { step } = await inspect(killed);
  expect(step).toBeGreaterThan(11);
  expect(step).toBeLessThan(70);

  const resumed = await ganode('train', '--resume', killed);
  expect(resumed).toMatchObject({ code: 0, stderr: '' });
  const total = Number(/completed at step (\d+)/.exec(done.stdout)?.[1]);
  expect(resumed.stdout).toContain(`completed at step ${total}`);
  const file = (out: string): Buffer => readFileSync(at(out, total));
  expect(file(killed).equals(file(whole))).toBe(true);
});
