/** What a folder and a zip have in common: files by name. */

/**
 * Files of a folder or a zip and of all folders in it. Names are relative to its top, with `/` between folders. Hidden ones
 * (see `isHidden`) are left out.
 */
export interface Listing {
  /** Where it lies, for messages. */
  readonly path: string;
  /** Names of the files, in natural order. */
  readonly files: readonly string[];
  /** Names of the folders, the empty ones too, in natural order. */
  readonly folders: readonly string[];
  /** The path of a file as messages show it. */
  place(name: string): string;
  /** The first bytes of a file: `length` of them, or fewer where it is shorter. */
  head(name: string, length: number): Promise<Uint8Array>;
  /** The whole content. Rejects where it is more than `limit` bytes. */
  bytes(name: string, limit?: number): Promise<Buffer>;
  /** What a decoder reads: a path, or the content. */
  source(name: string): Promise<string | Buffer>;
  /** Nothing can be read afterwards. */
  close(): void;
}

/** What editors, systems and archives leave behind: names that begin with a dot, and macOS's `__MACOSX`. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

const collator = new Intl.Collator('en', { numeric: true });

/** Natural order: `a9` before `a10`. Names that it holds for equal are told apart by their characters. */
export function naturally(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** The folder that a file or folder lies in; empty at the top. */
export function folderOf(name: string): string {
  const slash = name.lastIndexOf('/');
  return slash < 0 ? '' : name.slice(0, slash);
}

/** The last part of a name. */
export function baseOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Lower-case extension with its dot; empty where there is none. */
export function extensionOf(name: string): string {
  const base = baseOf(name);
  const dot = base.lastIndexOf('.');
  return dot > 0 ? base.slice(dot).toLowerCase() : '';
}

/** Whether a file or folder lies in a folder, at any depth; everything lies in the top, ''. */
export function isIn(folder: string, name: string): boolean {
  return folder === '' || name.startsWith(`${folder}/`);
}

/** A name as seen from a folder that it lies in. */
export function within(folder: string, name: string): string {
  return folder === '' ? name : name.slice(folder.length + 1);
}
