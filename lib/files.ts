/** Files that appear whole or not at all. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GanodeError } from './errors.js';

/**
 * Writes a file through a temporary one beside it: fsync, then rename. Folders are made as needed.
 * Throws `GanodeError` with code `IO` that names the path; what was at `path` is then as it was.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw ioError('write', path, error);
  }
}

/** The one wording for a refusal of the file system. */
export function ioError(action: string, path: string, error: unknown): GanodeError {
  if (error instanceof GanodeError) return error;
  const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  return new GanodeError('IO', `could not ${action} ${path}: ${reason}`, {
    cause: error,
    details: { path },
  });
}
