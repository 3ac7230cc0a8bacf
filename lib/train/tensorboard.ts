/** TensorBoard event files: TFRecord framing around Event messages. */
import { type FileHandle, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Crc32c } from '@aws-crypto/crc32c';
import protobuf from 'protobufjs';
import { ioError } from '../files.js';

/** The part of tensorflow/core/util/event.proto and summary.proto that is written here. */
const schema = `
syntax = "proto3";
message Event {
  double wall_time = 1;
  int64 step = 2;
  oneof what { string file_version = 3; Summary summary = 5; SessionLog session_log = 7; }
}
message SessionLog { int32 status = 1; }
message Summary {
  message Image { int32 height = 1; int32 width = 2; int32 colorspace = 3; bytes encoded_image_string = 4; }
  message Value { string tag = 1; oneof value { float simple_value = 2; Image image = 4; } }
  repeated Value value = 1;
}`;
const Event = protobuf.parse(schema, { keepCase: true }).root.lookupType('Event');
/** SessionLog.START: TensorBoard forgets later steps of earlier files, which a resumed run repeats. */
const sessionStart = 1;

let serial = 0;

export class TensorBoardWriter {
  /** Writes go one after the other, whoever asks for them; never rejects. */
  private last: Promise<void> = Promise.resolve();

  private constructor(
    private readonly file: FileHandle,
    private readonly path: string,
  ) {}

  /** Starts an event file in a folder; with `resumedAt`, what earlier files say of later steps is void. */
  static async create(dir: string, resumedAt?: number): Promise<TensorBoardWriter> {
    const seconds = Math.floor(Date.now() / 1000);
    const name = `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${serial++}`;
    const path = join(dir, name);
    const file = await open(path, 'a').catch((error: unknown) => {
      throw ioError('create', path, error);
    });
    const writer = new TensorBoardWriter(file, path);
    await writer.write({ file_version: 'brain.Event:2' });
    if (resumedAt !== undefined) {
      await writer.write({ step: resumedAt + 1, session_log: { status: sessionStart } });
    }
    return writer;
  }

  async scalars(step: number, values: Record<string, number>): Promise<void> {
    const value = Object.entries(values).map(([tag, number]) => ({ tag, simple_value: number }));
    await this.write({ step, summary: { value } });
  }

  /** A PNG of 1, 3 or 4 channels. */
  async image(
    step: number,
    tag: string,
    png: Uint8Array,
    { height, width, channels }: { height: number; width: number; channels: number },
  ): Promise<void> {
    const image = { height, width, colorspace: channels, encoded_image_string: png };
    await this.write({ step, summary: { value: [{ tag, image }] } });
  }

  async close(): Promise<void> {
    await this.last;
    await this.file.close();
  }

  private write(event: Record<string, unknown>): Promise<void> {
    const bytes = frame(encode(event));
    const written = this.last.then(() => this.append(bytes));
    this.last = written.catch(() => undefined); // told to who asked for it
    return written;
  }

  private async append(bytes: Uint8Array): Promise<void> {
    try {
      await this.file.appendFile(bytes);
    } catch (error) {
      throw ioError('write', this.path, error);
    }
  }
}

function encode(event: Record<string, unknown>): Uint8Array {
  return Event.encode(Event.fromObject({ wall_time: Date.now() / 1000, ...event })).finish();
}

/** TFRecord: length, masked CRC-32C of the length, data, masked CRC-32C of the data; little-endian. */
export function frame(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length + 4);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return bytes;
}

/** tensorflow/core/lib/hash/crc32c.h: rotated and offset, so that a CRC of data with CRCs in it stays sound. */
function maskedCrc(data: Uint8Array): number {
  const crc = new Crc32c().update(data).digest();
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
