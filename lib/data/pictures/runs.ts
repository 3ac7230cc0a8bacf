/** Run directories among data: their pictures are what networks made. */
import { GanodeError } from '../../errors.js';
import { baseOf, folderOf, isIn, type Listing } from './listing.js';
import { counted, shown } from './words.js';

/** A config.json that is longer is no run's. */
const mostConfigBytes = 2 ** 24;

/**
 * Files and folders that lie in no run directory.
 *
 * @throws GanodeError `INVALID_DATA` where the listing itself is a run.
 */
export async function withoutRuns(
  listing: Listing,
): Promise<{ files: string[]; folders: string[]; warnings: string[] }> {
  const runs = await findRuns(listing);
  if (runs.includes('')) {
    throw new GanodeError(
      'INVALID_DATA',
      `${shown(listing.path)}: expected data but this is the folder of a training run; its pictures are what networks made`,
      { details: { path: listing.path } },
    );
  }
  const isKept = (name: string): boolean => !runs.some((run) => name === run || isIn(run, name));
  const first = runs[0];
  return {
    files: listing.files.filter(isKept),
    folders: foldersWithout(runs, listing, isKept),
    warnings:
      first === undefined
        ? []
        : [`${counted(runs.length, 'folder')} of training runs left out, such as ${shown(first)}`],
  };
}

/** A folder that holds nothing but runs is none of the data's, so nobody misses pictures in it. */
function foldersWithout(
  runs: readonly string[],
  { files, folders }: Listing,
  isKept: (name: string) => boolean,
): string[] {
  const rest = files.filter(isKept);
  const isForRuns = (folder: string): boolean =>
    runs.some((run) => isIn(folder, run)) && !rest.some((file) => isIn(folder, file));
  return folders.filter((folder) => isKept(folder) && !isForRuns(folder));
}

/** Folders that have the marks of a run, outermost ones only. */
async function findRuns(listing: Listing): Promise<string[]> {
  const folders = new Set(listing.folders);
  const runs: string[] = [];
  for (const file of listing.files) {
    const base = baseOf(file);
    if (base !== 'config.json' && base !== 'metrics.jsonl') continue;
    const folder = folderOf(file);
    if (runs.some((run) => folder === run || isIn(run, folder))) continue;
    const checkpoints = folder ? `${folder}/checkpoints` : 'checkpoints';
    const isRun =
      base === 'config.json' ? await isRunConfig(listing, file) : folders.has(checkpoints);
    if (isRun) runs.push(folder);
  }
  return runs.filter((run) => !runs.some((outer) => outer !== run && isIn(outer, run)));
}

async function isRunConfig(listing: Listing, name: string): Promise<boolean> {
  try {
    const config = JSON.parse((await listing.bytes(name, mostConfigBytes)).toString('utf8'));
    return typeof config?.recipe === 'object' && typeof config?.dataset === 'object';
  } catch {
    return false;
  }
}
