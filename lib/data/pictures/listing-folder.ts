/** Folders on disk as listings. */
import { close, open, read } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readWhole } from '../../files/read.js';
import { ioError } from '../../files.js';
import { isHidden, type Listing, naturally } from './listing.js';
import { mayBeSvg } from './recognize.js';

// File handles of node:fs/promises cost half as much again, and there may be many thousands of files.
const files = { open: promisify(open), read: promisify(read), close: promisify(close) };

/**
 * The files of a folder and its subfolders. Links are followed, but never back into a folder that they are in; one that leads
 * nowhere stands as a file that cannot be read.
 *
 * @throws GanodeError `IO` where a folder cannot be read.
 */
export async function listFolder(path: string): Promise<Listing> {
  const found = { files: [] as string[], folders: [] as string[] };
  await walk(path, '', [], found);
  const place = (name: string): string => join(path, name);
  const svgs = new Set<string>();
  return {
    path,
    files: found.files.sort(naturally),
    folders: found.folders.sort(naturally),
    place,
    async head(name, length) {
      const file = await files.open(place(name), 'r');
      try {
        const { bytesRead, buffer } = await files.read(file, Buffer.alloc(length), 0, length, 0);
        const head = buffer.subarray(0, bytesRead);
        if (mayBeSvg(head)) svgs.add(name);
        return head;
      } finally {
        await files.close(file);
      }
    },
    async bytes(name, limit = Infinity) {
      return readLimited(place(name), limit);
    },
    // libvips takes brackets at the end of a path for options of its own, and reads other files of the folder into an SVG that
    // it is given by its path.
    source: (name) =>
      name.endsWith(']') || svgs.has(name) ? readWhole(place(name)) : Promise.resolve(place(name)),
    close: () => undefined,
  };
}

/** A whole file. Rejects where it is more than `limit` bytes, or a device or pipe, before anything is read. */
export async function readLimited(path: string, limit: number): Promise<Buffer> {
  const found = await stat(path);
  // A device may never end, a pipe may never begin.
  if (!found.isFile() && !found.isDirectory()) throw new Error('is no file but a device or pipe');
  const { size } = found;
  if (size > limit) throw new Error(`expected at most ${limit} bytes but it has ${size}`);
  return readWhole(path);
}

/** @param parents Real paths of the folders that the folder is in. */
async function walk(
  path: string,
  folder: string,
  parents: readonly string[],
  found: { files: string[]; folders: string[] },
): Promise<void> {
  try {
    const real = await realpath(path);
    if (parents.includes(real)) return;
    if (folder) found.folders.push(folder);
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (isHidden(entry.name)) continue;
      const inner = join(path, entry.name);
      const name = folder ? `${folder}/${entry.name}` : entry.name;
      const linked = entry.isSymbolicLink() ? await stat(inner).catch(() => undefined) : entry;
      if (linked?.isDirectory()) await walk(inner, name, [...parents, real], found);
      else if (linked?.isFile() !== false) found.files.push(name);
    }
  } catch (error) {
    throw ioError('read', path, error);
  }
}
