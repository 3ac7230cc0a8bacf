import { npyFiles, npzFiles } from './arrays.mjs';
import { checkpoints } from './checkpoints.mjs';
import { cifarFolders, idxFolders } from './classic.mjs';
import { configFiles } from './configs.mjs';
import { labelLists, pictureFolders, pictureZips } from './pictures.mjs';
import { runDirectories } from './runs.mjs';

/**
 * Every kind of input.
 *
 * @typedef {object} Surface
 * @property {string} name
 * @property {number} weight Its share of the inputs.
 * @property {() => Record<string, Buffer> | Promise<Record<string, Buffer>>} seeds Valid files, made by ganode where it can make them.
 * @property {(random, seeds, trail: string[]) => { files: Record<string, Buffer>, plan: object }} make An input: files, and what is
 *   done with them, as plain data. `trail` grows by a line for each change that was made.
 * @property {(dir: string, plan: object, attempt) => Promise<void>} run Does it. `attempt(name, action)` gives what the action gave,
 *   or undefined where it was refused as promised.
 * @property {(dir: string, plan: object) => string[]} commandLine The same by the command line.
 */
export const surfaces = [
  checkpoints,
  configFiles,
  runDirectories,
  npyFiles,
  npzFiles,
  idxFolders,
  cifarFolders,
  labelLists,
  pictureFolders,
  pictureZips,
];
