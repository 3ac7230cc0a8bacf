/** Files that are read: none that may never answer, as a pipe without a writer does. */
import { constants, createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ErrorCode } from '../errors.js';
import { ioError } from '../files.js';
import { mostJsonBytes, parseJson } from '../json.js';
import { inBytes } from '../memory.js';
import { findWriteTarget } from './target.js';

/** The most bytes that Node reads of a file in one call. */
const mostBytes = 2 ** 31 - 1;

/**
 * Opens a regular file to read.
 *
 * @throws An error with a `code`, as the file system does; GanodeError `IO` for a pipe and a device.
 */
export async function openRegular(path: string): Promise<FileHandle> {
  // Opening a pipe must not wait for its other end; it does nothing to a regular file.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = await file.stat();
    if (found.isFile()) return file;
    if (found.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
    const kind = found.isFIFO() ? 'pipe' : 'device';
    throw ioError('read', path, new Error(`is no file but a ${kind}`));
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Reads a whole regular file. What this process has open already is read to its end, whatever it is: `/dev/stdin`, and
 * `/dev/fd/63`, as which a shell gives `<(command)`.
 *
 * @param limit Bytes that it may have at most, 2 GiB by default; of a larger file nothing is read.
 * @throws As `openRegular`; an `Error` of one line for a larger file.
 */
export async function readWhole(path: string, limit = mostBytes): Promise<Buffer> {
  if (await isOpenAlready(path)) return readStream(path, limit);
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    if (size > limit) throw tooLarge(limit, inBytes(size));
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** `readWhole` as text of UTF-8. */
export async function readText(path: string, limit?: number): Promise<string> {
  return (await readWhole(path, limit)).toString('utf8');
}

/** The value in a file of JSON. Throws `IO` where it cannot be read, and `code` as `parseJson`. */
export async function readJson(path: string, code?: ErrorCode): Promise<unknown> {
  let text: string;
  try {
    text = await readText(path, mostJsonBytes);
  } catch (error) {
    throw ioError('read', path, error);
  }
  return parseJson(text, path, code);
}

async function readStream(path: string, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(path)) {
    length += (chunk as Buffer).length;
    if (length > limit) throw tooLarge(limit, 'more');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function tooLarge(limit: number, size: string): Error {
  return new Error(`expected at most ${inBytes(limit)} but it has ${size}`);
}

async function isOpenAlready(path: string): Promise<boolean> {
  const target = await findWriteTarget(path).catch(() => undefined);
  return target?.kind === 'descriptor';
}
