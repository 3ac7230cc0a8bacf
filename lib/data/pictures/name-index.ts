/** Finding pictures by what lists of labels call them. */
import { baseOf, extensionOf, within } from './listing.js';

/**
 * Pictures by their names as seen from a folder, whole or without extension; those without a folder in their names also by the
 * last part of their path, where it is the only such picture.
 */
export class NameIndex {
  private readonly exact = new Map<string, string>();
  /** Names of pictures by the last part of their path; `undefined` where several share it. */
  private readonly last = new Map<string, string | undefined>();

  /**
   * @param folder The folder that the list lies in.
   * @param folderName What that folder is called where names begin with it.
   */
  constructor(
    pictures: readonly string[],
    private readonly folder: string,
    private readonly folderName: string,
  ) {
    for (const picture of pictures) {
      const name = within(folder, picture).normalize('NFC');
      const stem = name.slice(0, name.length - extensionOf(name).length);
      for (const key of new Set([name, stem])) {
        // A whole name goes before another's name without extension.
        if (key === name || !this.exact.has(key)) this.exact.set(key, picture);
        const base = baseOf(key);
        this.last.set(base, this.last.has(base) ? undefined : picture);
      }
    }
  }

  /** What names are like. */
  get example(): string {
    const [first] = this.exact.values();
    return first === undefined ? '' : within(this.folder, first);
  }

  find(name: string): string | undefined {
    const key = name
      .normalize('NFC')
      .replaceAll('\\', '/')
      .replace(/^(?:\.?\/)+/, '');
    const exact = this.exact.get(key);
    if (exact !== undefined) return exact;
    if (!key.includes('/')) return this.last.get(key);
    return key.startsWith(`${this.folderName}/`)
      ? this.exact.get(key.slice(this.folderName.length + 1))
      : undefined;
  }
}
