/** kill -9 at random moments of training that saves every few steps: a whole checkpoint is always there to go on from. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { describe as inspect } from '../../lib/train/inspect.js';
import { cliPath, ganode, start } from '../helpers/child.js';
import { temporaryDir } from '../helpers/tiny.js';

const kills = Number(process.env['GANODE_KILLS'] ?? 5);

it(`survives ${kills} kills`, { timeout: 40_000 + kills * 10_000 }, async () => {
  const out = join(await temporaryDir(), 'run');
  const settings = [
    'model.width=4',
    'reportEvery=1',
    'samples.count=4',
    'checkpoint={"every":2,"keep":3}',
  ];
  const common = ['--data', 'mnist', '--split', 'test', '--out', out, '--images', '800000'];
  const fresh = [...common, '--batch', '16', ...settings.flatMap((setting) => ['--set', setting])];
  let step = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const args = kill === 0 ? fresh : [...common, '--resume'];
    const { child, finished } = start([cliPath, 'train', ...args]);
    let said = '';
    child.stdout?.on('data', (text) => {
      said += text;
    });
    // From the first checkpoint on, any moment.
    while (!said.includes('checkpoint ') && child.exitCode === null) await setTimeout(5);
    await setTimeout(Math.random() * 300);
    child.kill('SIGKILL');
    const { signal, stderr } = await finished;
    expect([signal, stderr]).toEqual(['SIGKILL', '']);
    const found = await inspect(out);
    expect(found.step).toBeGreaterThan(step);
    step = found.step;
  }
  const images = String((step + 4) * 16);
  const last = await ganode(
    'train',
    '--data',
    'mnist',
    '--split',
    'test',
    '--out',
    out,
    '--resume',
    '--images',
    images,
  );
  expect(last).toMatchObject({ code: 0, stderr: '' });
  expect(last.stdout).toContain(`completed at step ${step + 4}`);
});
