import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { frame, TensorBoardWriter } from '../../../lib/train/tensorboard.js';
import { temporaryDir } from '../../helpers/tiny.js';

describe('TensorBoard events', () => {
  it('are framed as TFRecords', () => {
    const hex = (data: Uint8Array): string => Buffer.from(frame(data)).toString('hex');
    // What tensorboard.summary.writer.record_writer.RecordWriter of TensorBoard 2 wrote for b'ganode' and b''.
    expect(hex(new TextEncoder().encode('ganode'))).toBe(
      '06000000000000007369d53767616e6f646589cbd6ec',
    );
    expect(hex(new Uint8Array())).toBe('000000000000000029039807d8ea82a2');
  });

  it('are opened by TensorBoard, where there is one', async ({ skip }) => {
    const python = process.env['GANODE_PYTHON'] ?? 'python3';
    try {
      execFileSync(python, ['-c', 'import tensorboard'], { stdio: 'ignore' });
    } catch {
      skip('no TensorBoard (GANODE_PYTHON)');
    }
    const dir = await temporaryDir();
    const writer = await TensorBoardWriter.create(dir);
    for (const step of [1, 2, 3]) await writer.scalars(step, { 'loss/generator': step / 4 });
    const png = Buffer.from('iVBORw0KGgo=', 'base64');
    await writer.image(2, 'samples', png, { height: 1, width: 1, channels: 1 });
    await writer.close();
    // A run that goes on at step 2 voids what the first one said of step 3. TensorBoard reads files in the order of their names.
    const resumed = await TensorBoardWriter.create(dir, 2);
    await resumed.scalars(3, { 'loss/generator': 8 });
    await resumed.close();
    const program = `
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
a = EventAccumulator(sys.argv[1]); a.Reload()
print([(e.step, e.value) for e in a.Scalars('loss/generator')], a.Tags()['images'])`;
    const printed = execFileSync(python, ['-c', program, dir], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(printed.trim()).toBe("[(1, 0.25), (2, 0.5), (3, 8.0)] ['samples']");
  });

  it('stay whole when they are written at once', async () => {
    const dir = await temporaryDir();
    const writer = await TensorBoardWriter.create(dir);
    // Node writes half a megabyte at a time.
    const png = new Uint8Array(2_000_000).fill(1);
    const size = { height: 1, width: 1, channels: 1 };
    await Promise.all(
      [1, 2, 3, 4].flatMap((step) => [
        writer.image(step, 'samples', png, size),
        writer.scalars(step, { 'loss/generator': step }),
      ]),
    );
    await writer.close();
    await expect(writer.scalars(5, { 'loss/generator': 5 })).rejects.toMatchObject({ code: 'IO' });
    const [name = ''] = await readdir(dir);
    const bytes = await readFile(join(dir, name));
    const lengths: number[] = [];
    for (let place = 0; place < bytes.length; ) {
      const length = Number(bytes.readBigUInt64LE(place));
      const record = bytes.subarray(place, place + 12 + length + 4);
      expect(record.equals(frame(record.subarray(12, 12 + length)))).toBe(true);
      lengths.push(length);
      place += record.length;
    }
    expect(lengths.length).toBe(9);
    expect(lengths.filter((length) => length > png.length).length).toBe(4);
  });

  it('go to a file of their own', async () => {
    const dir = await temporaryDir();
    for (let i = 0; i < 2; i += 1) await (await TensorBoardWriter.create(dir, 5)).close();
    const names = await readdir(dir);
    expect(names.length).toBe(2);
    expect((await readFile(join(dir, names[0] as string))).includes('brain.Event:2')).toBe(true);
  });
});
