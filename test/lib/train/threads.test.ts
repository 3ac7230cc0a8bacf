/** A training that goes on with another number of threads says so. */
import { expect, it } from 'vitest';
import { native } from '../../../lib/native.js';
import { readMetadata } from '../../../lib/train/metadata.js';
import { temporaryDir } from '../../helpers/tiny.js';
import { at, train } from './training.js';

const longer = { duration: { images: 176 } };

it('by a warning, which API users get too; the checkpoint remembers the number', async () => {
  const out = await temporaryDir();
  await train({ out });
  const report = await native().inspectCheckpoint(at(out, 20));
  expect(readMetadata(report, out).threads).toBe(1);
  const events = await train({ out, resume: true, recipe: { ...longer, threads: 2 } });
  expect(events.filter(({ type }) => type === 'warning')).toMatchObject([
    {
      kind: 'resume',
      step: 20,
      message:
        'the checkpoint was trained with 1 thread and goes on with 2 threads: it does not come to the same bits as if it had never stopped; --threads 1 (threads: 1) does',
    },
  ]);
  const after = await native().inspectCheckpoint(at(out, 22));
  expect(readMetadata(after, out).threads).toBe(2);
});

it('but not with the same number, nor where the checkpoint does not know it', async () => {
  const out = await temporaryDir();
  await train({ out });
  const same = await train({ out, resume: true, recipe: longer });
  expect(same.filter(({ type }) => type === 'warning')).toEqual([]);
  const report = await native().inspectCheckpoint(at(out, 22));
  const { 'ganode.threads': _, ...metadata } = report.metadata;
  expect(readMetadata({ ...report, metadata }, out).threads).toBeUndefined();
  for (const odd of ['0', '1e9', 'two', '']) {
    const hostile = { ...report, metadata: { ...metadata, 'ganode.threads': odd } };
    expect(() => readMetadata(hostile, out)).toThrow(/: ganode\.threads: /);
  }
});
