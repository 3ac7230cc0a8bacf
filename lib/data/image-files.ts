/** Which images a folder holds, and of which class each is. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { ioError } from '../files.js';

const extensions = new Set(['.png', '.jpg', '.jpeg', '.webp']);

export interface ImageFile {
  path: string;
  /** Class index; undefined without classes. */
  label: number | undefined;
}

/**
 * Images of a folder and its subfolders (PNG, JPEG, WebP, by extension), in the natural order of their paths: `a9` before
 * `a10`. The first level of subfolders are the classes, in natural order, where every image is in one.
 * Links are followed, but never back into a folder that they are in. Names that begin with a dot are left out: editors and
 * archives leave `.ipynb_checkpoints` and `._1.png` behind.
 *
 * @throws GanodeError `IO` where a folder cannot be read.
 */
export async function listImages(
  dir: string,
): Promise<{ files: ImageFile[]; classes: string[] | undefined }> {
  const paths: string[] = [];
  await walk(dir, [], paths);
  const order = new Intl.Collator('en', { numeric: true });
  const top = (path: string): string | undefined => {
    const parts = relative(dir, path).split(sep);
    return parts.length > 1 ? parts[0] : undefined;
  };
  const names = new Set(paths.map(top));
  const classes =
    names.size > 0 && !names.has(undefined)
      ? ([...names] as string[]).sort(order.compare)
      : undefined;
  const labels = new Map(classes?.map((name, label) => [name, label]));
  const files = paths
    .sort(order.compare)
    .map((path) => ({ path, label: classes && labels.get(top(path) as string) }));
  return { files, classes };
}

/** @param parents Real paths of the folders that `dir` is in. */
async function walk(dir: string, parents: readonly string[], paths: string[]): Promise<void> {
  try {
    const real = await realpath(dir);
    if (parents.includes(real)) return;
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const path = join(dir, entry.name);
      // A link that leads nowhere stands as a file, so that it is named among the broken ones.
      const linked = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
      if (linked?.isDirectory()) await walk(path, [...parents, real], paths);
      else if (linked?.isFile() !== false && isImage(entry.name)) paths.push(path);
    }
  } catch (error) {
    throw ioError('read', dir, error);
  }
}

function isImage(name: string): boolean {
  return extensions.has(extname(name).toLowerCase());
}
