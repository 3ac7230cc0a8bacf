import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../../../../lib/data/dataset.js';
import { openDataset, type SourceOptions } from '../../../../lib/data/source.js';
import { fill } from '../../../helpers/pictures.js';
import { temporaryDir } from '../../../helpers/tiny.js';
import { zip } from '../../../helpers/zip.mjs';

/** Files as a folder and as a zip, kept in memory and streamed: all that must be alike. */
export const ways = [
  { way: 'a folder, in memory', isZip: false, memoryLimit: 1e6 },
  { way: 'a folder, streamed', isZip: false, memoryLimit: 0 },
  { way: 'a zip, in memory', isZip: true, memoryLimit: 1e6 },
  { way: 'a zip, streamed', isZip: true, memoryLimit: 0 },
];

export type Files = Readonly<Record<string, Uint8Array | string>>;

/** Where the files were put; a name that ends in `/` is an empty folder. */
export async function source(files: Files, isZip: boolean): Promise<string> {
  const dir = await temporaryDir();
  if (!isZip) {
    await fill(dir, files);
    return dir;
  }
  const path = join(dir, 'pictures.zip');
  const entries = Object.entries(files).map(([name, content], index) => ({
    name,
    data: Buffer.from(content),
    deflated: index % 2 === 1,
  }));
  await writeFile(path, zip(entries));
  return path;
}

/** Opens files in one of the ways, as pictures of 2×2. */
export async function opened(
  files: Files,
  { isZip, memoryLimit }: { isZip: boolean; memoryLimit: number },
  options: SourceOptions = {},
): Promise<Dataset> {
  const image = { channels: 3, height: 2, width: 2, ...options.image };
  return openDataset(await source(files, isZip), { ...options, image, memoryLimit });
}
