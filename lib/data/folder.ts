/** Folders and zips of pictures. */
import type { Dataset } from './dataset.js';
import { listFolder } from './pictures/listing-folder.js';
import { listZip } from './pictures/listing-zip.js';
import { openPictures } from './pictures/open.js';
import type { FolderOptions } from './pictures/options.js';

export type { FolderOptions };

/**
 * Opens a folder of pictures: of whatever kinds sharp decodes, told by content. Subfolders named as parts (`train`, `val`, `test`)
 * are parts; other subfolders are classes, unless a list of labels lies there.
 *
 * @throws GanodeError `INVALID_DATA` where there are no pictures, none decodes, or (onBroken: 'error') one does not; `INVALID_OPTION`;
 *   `IO`.
 */
export async function openFolder(dir: string, options: FolderOptions = {}): Promise<Dataset> {
  return openPictures(await listFolder(dir), options);
}

/** Opens a zip of pictures, in every way as the folder that it holds. Throws as `openFolder`, and `INVALID_DATA` for a broken zip. */
export async function openZip(path: string, options: FolderOptions = {}): Promise<Dataset> {
  return openPictures(await listZip(path), options);
}
