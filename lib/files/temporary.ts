/** Temporary files of what is being written, so that a process that ends at once can take them away. */
import { readdirSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Paths of temporary files. */
const own = new Set<string>();
/** Files that the native side is writing, through temporary files that it names itself. */
const native = new Set<string>();

/** Does work that writes a temporary file, and removes or renames that in the end. */
export function writingTemporary<T>(path: string, work: () => Promise<T>): Promise<T> {
  return during(own, path, work);
}

/** Does work in which the native side writes a file through a temporary one beside it. */
export function writingNatively<T>(path: string, work: () => Promise<T>): Promise<T> {
  return during(native, path, work);
}

async function during<T>(paths: Set<string>, path: string, work: () => Promise<T>): Promise<T> {
  paths.add(path);
  try {
    return await work();
  } finally {
    paths.delete(path);
  }
}

/** Removes the temporary files that there are, for a process that is about to end. Never throws. */
export function removeTemporaries(): void {
  for (const path of [...own, ...[...native].flatMap(nativeTemporaries)]) {
    try {
      rmSync(path, { force: true });
    } catch {
      // What cannot be removed stays.
    }
  }
}

/** Names as `native/checkpoint/atomic_file.cc` makes them, with the number of this process in them. */
function nativeTemporaries(path: string): string[] {
  try {
    const target = followed(path);
    const begin = `${basename(target)}.${process.pid}-`;
    return readdirSync(dirname(target))
      .filter((name) => name.startsWith(begin) && name.endsWith('.tmp'))
      .map((name) => join(dirname(target), name));
  } catch {
    return [];
  }
}

/** The file that a link leads to; the path itself where nothing is there yet. */
function followed(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
