/** A small run, trained by the command line. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { ganode } from './child.js';

/** MNIST's 10,000 test images and the smallest DCGAN. */
export const small = [
  ...['--data', 'mnist', '--split', 'test'],
  ...['--batch', '16', '--threads', '1', '--set', 'model.width=2'],
];

export interface SharedRun {
  /** A folder for whatever the tests of a file write. */
  readonly dir: string;
  /** The run: 20 steps, checkpoints of steps 10 and 20. */
  readonly run: string;
  /** What training it printed; empty before the tests begin. */
  readonly printed: { text: string };
}

/** A run for all tests of a file: trained before the first of them, removed with its folder after the last. */
export function sharedRun(): SharedRun {
  const dir = mkdtempSync(join(tmpdir(), 'ganode-'));
  const run = join(dir, 'run');
  const printed = { text: '' };
  beforeAll(async () => {
    const often = ['--set', 'checkpoint.every=10'];
    const result = await ganode('train', ...small, '--out', run, '--images', '320', ...often);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    printed.text = result.stdout;
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));
  return { dir, run, printed };
}
