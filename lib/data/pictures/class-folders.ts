/** Subfolders as classes. */
import { isIn, within } from './listing.js';
import { counted, listed, shown } from './words.js';

/** Pictures beside class folders are left out up to this share of those in the folders; a single one always. */
const mostStrays = 0.1;

/**
 * The first level of subfolders as classes, where pictures lie in them. Pictures beside the folders are left out where they are
 * few: up to a tenth as many as lie in the folders, or one. With more of them, there are no classes.
 *
 * @param place The folder's path, for messages.
 * @param folder The folder's name in the listing.
 * @param folders Names of all folders of the listing.
 */
export function byFolders(
  place: string,
  folder: string,
  pictures: readonly string[],
  folders: readonly string[],
): {
  pictures: readonly string[];
  classOf?: (picture: string) => string;
  names: readonly string[];
  warnings: string[];
} {
  const classOf = (picture: string): string => within(folder, picture).split('/')[0] as string;
  const strays = pictures.filter((picture) => !within(folder, picture).includes('/'));
  const classed = pictures.length - strays.length;
  if (classed === 0) return { pictures, names: [], warnings: [] };
  const first = strays[0];
  if (first !== undefined && !areFew(strays.length, classed)) {
    const warning = `${shown(place)}: no classes, as ${counted(strays.length, 'picture')} beside its folders, such as ${shown(within(folder, first))}, would have none`;
    return { pictures, names: [], warnings: [warning] };
  }
  const kept =
    first === undefined ? pictures : pictures.filter((picture) => isDeep(folder, picture));
  const names = new Set(kept.map(classOf));
  const warnings: string[] = [];
  if (first !== undefined) {
    warnings.push(
      `${shown(place)}: ${counted(strays.length, 'picture')} beside the class folders left out, such as ${shown(within(folder, first))}`,
    );
  }
  const empty = folders
    .filter((name) => isIn(folder, name) && !isDeep(folder, name) && !names.has(classOf(name)))
    .map((name) => within(folder, name));
  if (empty.length > 0) {
    warnings.push(`${shown(place)}: no pictures in ${listed(empty)}, so no class of that name`);
  }
  return { pictures: kept, classOf, names: [...names], warnings };
}

const isDeep = (folder: string, name: string): boolean => within(folder, name).includes('/');

function areFew(strays: number, classed: number): boolean {
  return strays < classed && strays <= Math.max(1, mostStrays * classed);
}
