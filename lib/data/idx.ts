/** The idx format of MNIST: a magic number, big-endian sizes, raw bytes. http://yann.lecun.com/exdb/mnist */
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { GanodeError } from '../errors.js';
import { ioError } from '../files.js';

const unzip = promisify(gunzip);

/** No idx file of images that people train on is larger; a gzip bomb is. */
const mostBytes = 4 * 2 ** 30;
const unsignedByte = 0x08;

export interface Idx {
  /** Sizes, outermost first. */
  shape: number[];
  data: Uint8Array;
}

/**
 * Reads an idx file of unsigned bytes, plain or gzip (told by its content).
 *
 * @param rank Number of dimensions that are expected: 3 for images, 1 for labels.
 * @throws GanodeError `IO` where it cannot be read; `INVALID_DATA` for a wrong magic number, a wrong rank, or a length that
 *   does not fit the header.
 */
export async function readIdx(path: string, rank: number): Promise<Idx> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw ioError('read', path, error);
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = await inflate(path, bytes);
  return parseIdx(bytes, rank, path);
}

async function inflate(path: string, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await unzip(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    throw new GanodeError('INVALID_DATA', `${path}: broken gzip (${(error as Error).message})`, {
      details: { path },
    });
  }
}

/** The same for bytes in memory; `path` is for messages. */
export function parseIdx(bytes: Uint8Array, rank: number, path: string): Idx {
  const fail = (message: string): never => {
    throw new GanodeError('INVALID_DATA', `${path}: ${message}`, { details: { path } });
  };
  const headerLength = 4 + 4 * rank;
  if (bytes.length < 4) fail(`expected an idx file but it holds ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const expected = unsignedByte * 256 + rank;
  if (magic !== expected) {
    const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
    fail(`expected the magic number ${hex(expected)} but received ${hex(magic)}`);
  }
  if (bytes.length < headerLength) fail(`cut short: ${bytes.length} bytes hold no header`);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const length = shape.reduce((product, size) => product * size, 1);
  const got = bytes.length - headerLength;
  if (got !== length) {
    const what = got < length ? 'cut short' : 'too long';
    fail(`${what}: its header promises ${shape.join('×')} = ${length} bytes but ${got} follow`);
  }
  return { shape, data: bytes.subarray(headerLength) };
}
