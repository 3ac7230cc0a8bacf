import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockRun } from '../../../lib/train/run-lock.js';
import { Trainer } from '../../../lib/train/trainer.js';
import { temporaryDir, tinyData, tinyRecipe } from '../../helpers/tiny.js';
import { collect } from './training.js';

it('a run directory is one training at a time', async () => {
  const out = await temporaryDir();
  const options = { recipe: tinyRecipe({ duration: { images: 16 } }), data: tinyData(), out };
  const first = await Trainer.create(options);
  await collect(first.train());
  const before = await readFile(join(out, 'config.json'), 'utf8');
  const resuming = { ...options, recipe: { duration: { images: 32 } }, resume: true };
  for (const second of [options, resuming]) {
    await expect(Trainer.create(second)).rejects.toMatchObject({
      code: 'IO',
      message: `${out}: another training is using it (in this process)`,
      details: { path: out, process: process.pid },
    });
  }
  expect(await readFile(join(out, 'config.json'), 'utf8')).toBe(before);
  await first.dispose();
  expect(await readdir(out)).not.toContain('.lock');
  const third = await Trainer.create(resuming);
  expect(await collect(third.train())).not.toHaveLength(0);
  await third.dispose();
});

it('a training that is refused gives the directory up', async () => {
  const out = await temporaryDir();
  const options = { recipe: tinyRecipe({ duration: { images: 16 } }), data: tinyData(), out };
  await (await Trainer.create(options)).dispose();
  await expect(Trainer.create(options)).rejects.toThrow(/holds a run already/);
  const lock = lockRun(out);
  expect(lock.state).toBe('held');
  lock.release();
  lock.release();
});

it('goes on without a lock where there can be none', () => {
  const lock = lockRun('/proc');
  expect(lock.state).toBe('unavailable');
  lock.release();
});
