/** A file of a zip: a good one, or one that no archiver would make. */
export interface ZipEntry {
  name: string;
  data: Uint8Array;
  /** Deflated instead of stored. */
  deflated?: boolean;
  encrypted?: boolean;
  /** What the directory says of its size, where it lies. */
  declaredSize?: number;
  /** A method of compression that is only claimed. */
  method?: number;
  /** A checksum that is not that of the data. */
  checksum?: number;
}

export function zip(entries: readonly ZipEntry[]): Buffer;
