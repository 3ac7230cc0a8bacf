/** Files that are read: none that may never answer, as a pipe without a writer does. */
import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { ioError } from '../files.js';
import { findWriteTarget } from './target.js';

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
 * @param limit Bytes that it may have at most; a larger one is not read.
 * @throws As `openRegular`; an `Error` of one line for a larger file.
 */
export async function readWhole(path: string, limit = Number.POSITIVE_INFINITY): Promise<Buffer> {
  if (await isOpenAlready(path)) return readFile(path);
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    if (size > limit) throw new Error(`expected at most ${limit} bytes but it has ${size}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** `readWhole` as text of UTF-8. */
export async function readText(path: string): Promise<string> {
  return (await readWhole(path)).toString('utf8');
}

async function isOpenAlready(path: string): Promise<boolean> {
  const target = await findWriteTarget(path).catch(() => undefined);
  return target?.kind === 'descriptor';
}
