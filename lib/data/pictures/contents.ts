/** What a listing holds, by content. */
import { inParallel } from '../parallel.js';
import type { Size } from './decoder.js';
import type { Listing } from './listing.js';
import { type FileKind, headLength, readKinds, recognize, sizeOf } from './recognize.js';

/** Kinds that a message counts one by one. */
const mostKinds = 6;

export interface Sorted {
  pictures: string[];
  /** Files that one could have expected to be read, with the extension of their kind. */
  unread: { name: string; extension: string }[];
  /** Sizes of pictures by name, where the first bytes tell them. */
  sizes: ReadonlyMap<string, Size>;
}

/** Tells pictures from everything else by the files' first bytes. */
export async function sortFiles(listing: Listing, files: readonly string[]): Promise<Sorted> {
  const kinds = new Array<FileKind>(files.length);
  const sizes = new Map<string, Size>();
  await inParallel(files.length, async (index) => {
    const name = files[index] as string;
    const head = await listing.head(name, headLength).catch(() => undefined);
    kinds[index] = recognize(name, head);
    const size = head && sizeOf(head);
    if (size) sizes.set(name, size);
  });
  return {
    pictures: files.filter((_, index) => kinds[index]?.is === 'picture'),
    unread: files.flatMap((name, index) => {
      const kind = kinds[index];
      return kind?.is === 'unread' ? [{ name, extension: kind.extension }] : [];
    }),
    sizes,
  };
}

/** `3 .heic, 2 .bmp`, the most first. */
export function countKinds(unread: readonly { extension: string }[]): string {
  const counts = new Map<string, number>();
  for (const { extension } of unread) {
    const kind = extension === '' ? 'without extension' : extension.slice(0, 12);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, mostKinds).map(([kind, count]) => `${count} ${kind}`);
  const rest = sorted.slice(mostKinds).reduce((sum, [, count]) => sum + count, 0);
  return [...shown, ...(rest > 0 ? [`${rest} others`] : [])].join(', ');
}

/** What ganode reads, in words. */
export const whatIsRead = `${readKinds.slice(0, -1).join(', ')} and ${readKinds.at(-1)}`;
