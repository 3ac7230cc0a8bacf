/** A small run, trained by the command line. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ganode } from './child.js';

/** MNIST's 10,000 test images and the smallest DCGAN. */
export const small = [
  ...['--data', 'mnist', '--split', 'test'],
  ...['--batch', '16', '--threads', '1', '--set', 'model.width=2'],
];

export interface TrainedRun {
  /** A folder for whatever the tests of a file write. */
  dir: string;
  /** The run: 20 steps, checkpoints of steps 10 and 20. */
  run: string;
  /** What training it printed. */
  stdout: string;
  remove(): Promise<void>;
}

export async function trainedRun(): Promise<TrainedRun> {
  const dir = await mkdtemp(join(tmpdir(), 'ganode-'));
  const run = join(dir, 'run');
  const often = ['--set', 'checkpoint.every=10'];
  const result = await ganode('train', ...small, '--out', run, '--images', '320', ...often);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true });
  return { dir, run, stdout: result.stdout, remove };
}
