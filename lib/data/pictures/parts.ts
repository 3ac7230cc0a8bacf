/** Parts of data by the names of their folders. */
import { GanodeError } from '../../errors.js';
import type { Split } from '../split.js';
import { baseOf, isIn, within } from './listing.js';
import { counted, listed, shown } from './words.js';

const names: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
};

/** The part that a folder is named as, in whatever case; undefined for any other name. */
export function partNamed(folder: string): Split | undefined {
  const name = folder.toLowerCase();
  return Object.hasOwn(names, name) ? names[name] : undefined;
}

/** Pictures that belong together: a part, or the whole. */
export interface Part {
  /** Undefined for data that is one whole. */
  split?: Split;
  /** The folder that it lies in; '' at the top. */
  folder: string;
  pictures: readonly string[];
}

/**
 * The folder that data begins in: where a folder holds nothing but one folder with further folders, as archives often do, that
 * one. A folder that is named as a part is not gone into.
 */
export function topOf({
  pictures,
  folders,
}: {
  pictures: readonly string[];
  folders: readonly string[];
}): string {
  let top = '';
  // Folders that hold no picture count only where they are named as parts.
  const withPictures = new Set(pictures.flatMap(foldersOf));
  const counting = folders.filter((name) => withPictures.has(name) || partNamed(baseOf(name)));
  for (;;) {
    const inner = counting.filter((name) => isIn(top, name) && !within(top, name).includes('/'));
    const [only] = inner;
    if (only === undefined || inner.length > 1 || partNamed(within(top, only))) return top;
    const holdsFoldersOnly = pictures.every(
      (picture) => isIn(only, picture) && within(only, picture).includes('/'),
    );
    if (!holdsFoldersOnly) return top;
    top = only;
  }
}

/** The folders that a file lies in, the outermost first. */
function foldersOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/**
 * The parts of what lies in a folder: its subfolders, where all that hold pictures are named as parts, and one of them is the
 * training part or there are several.
 *
 * @throws GanodeError `INVALID_DATA` where two folders are named as one part.
 */
export function partsOf(
  path: string,
  top: string,
  { pictures, folders: all }: { pictures: readonly string[]; folders: readonly string[] },
): { parts: Part[]; warnings: string[] } {
  const inFolders = new Map<string, string[]>();
  const strays: string[] = [];
  for (const picture of pictures) {
    const name = within(top, picture);
    const slash = name.indexOf('/');
    const folder = name.slice(0, slash);
    if (slash < 0) strays.push(picture);
    else if (inFolders.has(folder)) inFolders.get(folder)?.push(picture);
    else inFolders.set(folder, [picture]);
  }
  // Beside a training part of which no picture can be read, another part is still no class.
  const hasTrain = all.some(
    (folder) => isIn(top, folder) && partNamed(within(top, folder)) === 'train',
  );
  const folders = [...inFolders.keys()];
  const named = folders.filter(partNamed);
  const whole: Part = { folder: top, pictures };
  if (named.length === 0) return { parts: [whole], warnings: [] };
  const areParts = named.length === folders.length;
  if (!areParts || (named.length < 2 && !hasTrain)) {
    const others = folders.filter((folder) => !partNamed(folder));
    const why = areParts
      ? 'as a class, not as a part, as there is no train and no second part'
      : `as classes, not as parts, as ${listed(others)} lie beside`;
    return { parts: [whole], warnings: [`${shown(path)}: ${listed(named)} read ${why}`] };
  }
  const parts = named.map((folder) => ({
    split: partNamed(folder) as Split,
    folder: top ? `${top}/${folder}` : folder,
    pictures: inFolders.get(folder) as string[],
  }));
  refuseDoubles(path, named);
  const [first] = strays;
  return {
    parts,
    warnings:
      first === undefined
        ? []
        : [
            `${shown(path)}: ${counted(strays.length, 'picture')} beside the folders of the parts left out, such as ${shown(within(top, first))}`,
          ],
  };
}

function refuseDoubles(path: string, folders: readonly string[]): void {
  for (const folder of folders) {
    const double = folders.find(
      (other) => other !== folder && partNamed(other) === partNamed(folder),
    );
    if (double === undefined) continue;
    throw new GanodeError(
      'INVALID_DATA',
      `${shown(path)}: expected one folder a part but ${folder} and ${double} both name the part "${partNamed(folder)}"`,
      { details: { path } },
    );
  }
}
