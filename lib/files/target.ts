/** Where writing to a path leads. `native/checkpoint/write_target.cc` decides the same for checkpoints. */
import type { Stats } from 'node:fs';
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

export type WriteTarget =
  /** A file to replace, or a new one: of a link, the file that it leads to. */
  | { kind: 'file'; path: string; existing: Stats | undefined }
  /** A character device or a pipe, which is written through: a file renamed over it would take its place. */
  | { kind: 'stream'; path: string }
  /** A file that this process has open, such as `/dev/stdout`. */
  | { kind: 'descriptor'; descriptor: number };

/** Links in a row that are followed before they count as a loop: the limit that Linux has. */
const mostLinks = 40;

/**
 * What a path leads to, without touching it.
 *
 * @throws an error with a `code`, as the file system does; an `Error` of one line for a block device and a socket.
 */
export async function findWriteTarget(path: string): Promise<WriteTarget> {
  let at = resolve(path);
  for (let links = 0; ; links += 1) {
    if (links > mostLinks) throw Object.assign(new Error('a loop of links'), { code: 'ELOOP' });
    at = join(await realFolder(dirname(at)), basename(at));
    const descriptor = descriptorOf(at);
    if (descriptor !== undefined) return { kind: 'descriptor', descriptor };
    if (!(await ifThere(lstat(at)))?.isSymbolicLink()) break;
    at = resolve(dirname(at), await readlink(at));
  }
  const existing = await ifThere(stat(at));
  if (!existing || existing.isFile()) return { kind: 'file', path: at, existing };
  if (existing.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
  if (existing.isBlockDevice()) throw new Error('is a block device');
  if (existing.isSocket()) throw new Error('is a socket');
  return { kind: 'stream', path: at };
}

/** The number of an open file of this process by its place in /proc, where `/dev/stdout` leads; undefined for another path. */
function descriptorOf(path: string): number | undefined {
  const [, process_, number] = /^\/proc\/(\d+)(?:\/task\/\d+)?\/fd\/(\d+)$/.exec(path) ?? [];
  return Number(process_) === process.pid ? Number(number) : undefined;
}

/** A folder without links in its path; one that is not there yet as it is. */
async function realFolder(path: string): Promise<string> {
  return (await ifThere(realpath(path))) ?? path;
}

/** What is found of a path; undefined where nothing is there. */
export async function ifThere<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
