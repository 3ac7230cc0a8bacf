/**
 * kill -9 at random moments of training that saves every few steps: a whole checkpoint is always there to go on from.
 * `scripts/kill-test.mjs` runs it with more kills (GANODE_KILLS).
 */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { describe as inspect } from '../../lib/train/inspect.js';
import { cliPath, ganode, start } from '../helpers/child.js';
import { temporaryDir } from '../helpers/tiny.js';

const kills = Number(process.env['GANODE_KILLS'] ?? 5);

it(`survives ${kills} kills`, { timeout: 60_000 + kills * 10_000 }, async () => {
  const out = join(await temporaryDir(), 'run');
  const settings = [
    'model.width=4',
    'reportEvery=1',
    'samples={"every":5,"count":4}',
    'checkpoint={"every":2,"keep":3}',
  ];
  const data = ['--data', 'mnist', '--split', 'test'];
  const set = settings.flatMap((setting) => ['--set', setting]);
  const fresh = [...data, '--out', out, '--images', '800000', '--batch', '16', ...set];
  let step = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const { child, finished } = start([
      cliPath,
      'train',
      ...(kill === 0 ? fresh : ['--resume', out]),
    ]);
    let said = '';
    child.stdout?.on('data', (text) => {
      said += text;
    });
    // Every other one at any moment from its start on; the others, and the first, once they have saved something new.
    const anyMoment = kill % 2 === 1;
    while (!anyMoment && !said.includes('checkpoint ') && child.exitCode === null) {
      await setTimeout(5);
    }
    await setTimeout(Math.random() * (anyMoment ? 2000 : 300));
    child.kill('SIGKILL');
    const { signal, stderr } = await finished;
    expect([signal, stderr]).toEqual(['SIGKILL', '']);
    const found = await inspect(out);
    expect(found.step).toBeGreaterThanOrEqual(anyMoment ? step : step + 1);
    step = found.step;
  }
  const last = await ganode('train', '--resume', out, '--images', String((step + 4) * 16));
  expect(last).toMatchObject({ code: 0, stderr: '' });
  expect(last.stdout).toContain(`completed at step ${step + 4}`);
});
