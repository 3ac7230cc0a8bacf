/** The idx format of MNIST: a magic number, big-endian sizes, raw bytes. http://yann.lecun.com/exdb/mnist */
import { createGunzip } from 'node:zlib';
import { GanodeError } from '../errors.js';
import { readWhole } from '../files/read.js';

/** What Node reads of a plain file at most; gzip may hold no more. */
const mostBytes = 2 ** 31;
const unsignedByte = 0x08;

export interface Idx {
  /** Sizes, outermost first. */
  shape: number[];
  data: Uint8Array;
}

interface Header {
  shape: number[];
  headerLength: number;
  /** Bytes of the whole file. */
  length: number;
}

/**
 * Reads an idx file of unsigned bytes, plain or gzip (told by its content). Gzip is never unpacked further than the header
 * inside says.
 *
 * @param rank Number of dimensions that are expected: 3 for images, 1 for labels.
 * @throws GanodeError `IO` where it cannot be read; `INVALID_DATA` for a wrong magic number, a wrong rank, or a length that
 *   does not fit the header.
 */
export async function readIdx(path: string, rank: number): Promise<Idx> {
  let bytes: Uint8Array = await readWhole(path);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = await inflate(path, bytes, rank);
  return parseIdx(bytes, rank, path);
}

async function inflate(path: string, bytes: Uint8Array, rank: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let header: Header | undefined;
  let length = 0;
  try {
    const unzip = createGunzip({ chunkSize: 2 ** 20 });
    unzip.end(bytes);
    for await (const chunk of unzip as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (!header && length >= 4 + 4 * rank)
        header = parseHeader(Buffer.concat(chunks), rank, path);
      if (header && length > header.length) {
        throw fail(path, `too long: ${promise(header)} but more follow`);
      }
    }
  } catch (error) {
    if (error instanceof GanodeError) throw error;
    throw fail(path, `broken gzip (${(error as Error).message})`);
  }
  return Buffer.concat(chunks);
}

/** The same for bytes in memory; `path` is for messages. */
export function parseIdx(bytes: Uint8Array, rank: number, path: string): Idx {
  const header = parseHeader(bytes, rank, path);
  if (bytes.length !== header.length) {
    const what = bytes.length < header.length ? 'cut short' : 'too long';
    throw fail(
      path,
      `${what}: ${promise(header)} but ${bytes.length - header.headerLength} follow`,
    );
  }
  return { shape: header.shape, data: bytes.subarray(header.headerLength) };
}

function parseHeader(bytes: Uint8Array, rank: number, path: string): Header {
  if (bytes.length < 4) throw fail(path, `expected an idx file but it holds ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const expected = unsignedByte * 256 + rank;
  if (magic !== expected) {
    const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
    throw fail(path, `expected the magic number ${hex(expected)} but received ${hex(magic)}`);
  }
  const headerLength = 4 + 4 * rank;
  if (bytes.length < headerLength) {
    throw fail(path, `cut short: ${bytes.length} bytes hold no header`);
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const header = { shape, headerLength, length: headerLength + product(shape) };
  if (header.length > mostBytes) throw fail(path, `${promise(header)}, more than 2 GiB`);
  return header;
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

function promise({ shape }: Header): string {
  return `its header promises ${shape.join('×')} = ${product(shape)} bytes`;
}

function fail(path: string, message: string): GanodeError {
  return new GanodeError('INVALID_DATA', `${path}: ${message}`, { details: { path } });
}
