import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { frame, TensorBoardWriter } from '../../../lib/train/tensorboard.js';
import { temporaryDir } from '../../helpers/tiny.js';

describe('TensorBoard events', () => {
  it('are framed as TFRecords', () => {
    // Written by TensorFlow 2's tf.io.TFRecordWriter for the record b"ganode", as its format documents: length, masked
    // CRC-32C of the length, data, masked CRC-32C of the data. The masked CRC of 8 zero bytes is a published value.
    const record = frame(new TextEncoder().encode('ganode'));
    expect(record.length).toBe(8 + 4 + 6 + 4);
    expect(record[0]).toBe(6);
    const empty = frame(new Uint8Array());
    // CRC-32C("\0" × 8) = 0x8c28b28a, masked: rotate right by 15, add 0xa282ead8.
    const crc = 0x8c28b28a;
    const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
    expect(new DataView(empty.buffer).getUint32(8, true)).toBe(masked);
    // CRC-32C of nothing is 0.
    expect(new DataView(empty.buffer).getUint32(12, true)).toBe(0xa282ead8);
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
    await writer.image(3, 'samples', png, { height: 1, width: 1, channels: 1 });
    await writer.close();
    const program = `
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
a = EventAccumulator(sys.argv[1]); a.Reload()
print([(e.step, e.value) for e in a.Scalars('loss/generator')], a.Tags()['images'])`;
    const printed = execFileSync(python, ['-c', program, dir], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(printed.trim()).toBe("[(1, 0.25), (2, 0.5), (3, 0.75)] ['samples']");
  });

  it('go to a file of their own', async () => {
    const dir = await temporaryDir();
    for (let i = 0; i < 2; i += 1) await (await TensorBoardWriter.create(dir, 5)).close();
    const names = await readdir(dir);
    expect(names.length).toBe(2);
    expect((await readFile(join(dir, names[0] as string))).includes('brain.Event:2')).toBe(true);
  });
});
