/** Files that appear whole or not at all. */
import { randomUUID } from 'node:crypto';
import { constants, createWriteStream, type Stats } from 'node:fs';
import { access, type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { GanodeError } from './errors.js';
import { reasonOfRefusal } from './files/reasons.js';
import { findWriteTarget } from './files/target.js';
import { writingTemporary } from './files/temporary.js';

/**
 * Writes a file through a temporary one beside it: fsync, then rename. Folders are made as needed. Of a link, the file that it
 * leads to is written; a file that was there keeps its permissions. A device, a pipe and `/dev/stdout` are written through.
 *
 * @throws GanodeError `IO` that names the path, also for a folder, a block device or a socket; what was at `path` is then as it
 *   was.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  try {
    const target = await findWriteTarget(path);
    if (target.kind === 'file') await replace(target.path, target.existing, data);
    else if (target.kind === 'stream') await writeThrough(target.path, data);
    else await writeOpen(target.descriptor, data);
  } catch (error) {
    throw ioError('write', path, error);
  }
}

async function replace(
  path: string,
  existing: Stats | undefined,
  data: string | Uint8Array,
): Promise<void> {
  await makeFolder(dirname(path));
  const temporary = `${path}.${randomUUID()}.tmp`;
  await writingTemporary(temporary, () => through(temporary, path, existing, data));
}

async function through(
  temporary: string,
  path: string,
  existing: Stats | undefined,
  data: string | Uint8Array,
): Promise<void> {
  try {
    const file = await open(temporary, 'wx');
    try {
      if (existing) await takeOver(file, existing);
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Who may read it stays as it was; the owner as far as this process may give files away. */
async function takeOver(file: FileHandle, { mode, uid, gid }: Stats): Promise<void> {
  const given = await file.chown(uid, gid).then(
    () => true,
    () => false,
  );
  await file.chmod(mode & (given ? 0o7777 : 0o777)).catch(() => undefined);
}

/**
 * Makes a folder, and those that it lies in; one that is there stays. Node's own `recursive` does not come back where a file
 * system says that what it refuses to make is not there, as `/proc` does.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    const outer = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || outer === path) throw error;
    await makeFolder(outer);
    await makeOne(path);
  }
}

/** Makes a folder where it is missing. Throws `IO` where no file can be made in it. */
export async function requireWritableFolder(path: string): Promise<void> {
  try {
    await makeFolder(path);
    await access(path, constants.W_OK);
  } catch (error) {
    throw ioError('write', path, error);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (!isThere || !(await stat(path).catch(() => undefined))?.isDirectory()) throw error;
  }
}

/** Opened without being made or emptied. */
async function writeThrough(path: string, data: string | Uint8Array): Promise<void> {
  const file = await open(path, constants.O_WRONLY);
  try {
    await file.writeFile(data);
  } finally {
    await file.close();
  }
}

/** Goes on where the open file stands, so that nothing that was written to it before is lost. */
async function writeOpen(descriptor: number, data: string | Uint8Array): Promise<void> {
  const standard = new Map<number, Writable>([
    [1, process.stdout],
    [2, process.stderr],
  ]);
  const stream =
    standard.get(descriptor) ?? createWriteStream('', { fd: descriptor, autoClose: false });
  await new Promise<void>((resolve, reject) => {
    if (!standard.has(descriptor)) stream.on('error', reject);
    stream.write(data, (error) => (error ? reject(error) : resolve()));
  });
}

/** The one wording for a refusal of the file system. The system's code is in the details, as `reason`. */
export function ioError(action: string, path: string, error: unknown): GanodeError {
  if (error instanceof GanodeError) return error;
  const { code } = error as NodeJS.ErrnoException;
  return new GanodeError('IO', `could not ${action} ${path}: ${reasonOfRefusal(action, error)}`, {
    cause: error,
    details: { path, ...(code !== undefined && { reason: code }) },
  });
}
