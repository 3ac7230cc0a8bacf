/** Classes of pictures from lists of labels. */
import { stat } from 'node:fs/promises';
import { basename, relative, resolve, sep } from 'node:path';
import { GanodeError } from '../../errors.js';
import { readWhole } from '../../files/read.js';
import { ioError } from '../../files.js';
import {
  isUnreadLabels,
  type Labels,
  mayHoldLabels,
  mostLabelBytes,
  parseLabels,
} from './label-file.js';
import { folderOf, isIn, type Listing } from './listing.js';
import { NameIndex } from './name-index.js';
import { counted, listed, shown } from './words.js';

/** A list that was read, and the pictures that it names. */
export interface LabelTable {
  /** Its path, for messages. */
  place: string;
  /** Names of classes by names of pictures; undefined where the list says that there are no classes. */
  classes: Map<string, string> | undefined;
  /** Names that no picture has. */
  unmatched: string[];
}

/**
 * The one list of labels that lies in a folder of a listing; undefined where none is, or several are. `notes` grows by a line for
 * each file that could be one but is not used.
 *
 * @param pictures Those that the list can be of.
 * @throws GanodeError `INVALID_DATA` where none of its names fits a picture, or it gives one picture two classes.
 */
export async function findLabels(
  listing: Listing,
  folder: string,
  files: readonly string[],
  pictures: readonly string[],
  notes: string[],
): Promise<LabelTable | undefined> {
  const candidates = files.filter((file) => folderOf(file) === folder && mayHoldLabels(file));
  const found: { file: string; labels: Labels; index: NameIndex }[] = [];
  for (const file of candidates) {
    const index = indexOf(listing, folder, pictures);
    try {
      const bytes = await listing.bytes(file, mostLabelBytes);
      const labels = parseLabels(file, bytes, (name) => index.find(name) !== undefined);
      found.push({ file, labels, index });
    } catch (error) {
      notes.push(`${shown(file)} is not read as labels: ${(error as Error).message}`);
    }
  }
  const unread = files.filter((file) => folderOf(file) === folder && isUnreadLabels(file));
  if (unread.length > 0) {
    notes.push(
      `${listed(unread)} not read as labels: lists are CSV, TSV, JSON Lines (.jsonl) or dataset.json`,
    );
  }
  const [only, another] = found;
  if (only && another) {
    const names = listed(found.map(({ file }) => file));
    notes.push(`${names} all list labels, so none is used; --labels-from names one of them`);
    return undefined;
  }
  return only && tabulate(listing.place(only.file), only.labels, only.index);
}

/** A line for each file of a folder that may list labels, where classes do not come from it. */
export function unusedLabels(
  folder: string,
  files: readonly string[],
  labelsFrom: 'folders' | 'none',
): string[] {
  const why = labelsFrom === 'folders' ? 'classes come from the folders' : 'no classes are wanted';
  const candidates = files.filter((file) => folderOf(file) === folder && mayHoldLabels(file));
  return candidates.length > 0 ? [`${listed(candidates)} not used: ${why}`] : [];
}

/**
 * The list of labels in a named file: one of the listing's, or any other, whose names are then as seen from the listing's top.
 *
 * @throws GanodeError `INVALID_DATA` or `IO`.
 */
export async function readLabels(
  listing: Listing,
  file: string,
  pictures: readonly string[],
): Promise<LabelTable> {
  const inside = await insideOf(listing, file);
  const place = inside === undefined ? file : listing.place(inside);
  const index = indexOf(listing, inside === undefined ? '' : folderOf(inside), pictures);
  let labels: Labels;
  try {
    const bytes =
      inside === undefined
        ? await readWhole(file, mostLabelBytes)
        : await listing.bytes(inside, mostLabelBytes);
    labels = parseLabels(file, bytes, (name) => index.find(name) !== undefined);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code) throw ioError('read', place, error);
    throw unusable(place, (error as Error).message);
  }
  if (labels === 'none') throw unusable(place, 'it says that there are no labels');
  return tabulate(place, labels, index);
}

/** The name in the listing of a file that is named from its top, or by a path; undefined where it lies elsewhere. */
async function insideOf(listing: Listing, file: string): Promise<string | undefined> {
  const name = file.split(sep).join('/');
  if (listing.files.includes(name)) return name;
  if (!(await stat(listing.path)).isDirectory()) return undefined;
  const inside = relative(resolve(listing.path), resolve(file)).split(sep).join('/');
  return listing.files.includes(inside) ? inside : undefined;
}

function indexOf(listing: Listing, folder: string, pictures: readonly string[]): NameIndex {
  const own = pictures.filter((picture) => isIn(folder, picture));
  return new NameIndex(own, folder, basename(listing.place(folder)));
}

function tabulate(place: string, labels: Labels, index: NameIndex): LabelTable {
  if (labels === 'none') return { place, classes: undefined, unmatched: [] };
  const classes = new Map<string, string>();
  const unmatched: string[] = [];
  for (const [name, label] of labels) {
    if (label === '') continue;
    const picture = index.find(name);
    if (picture === undefined) {
      unmatched.push(name);
      continue;
    }
    const before = classes.get(picture);
    if (before !== undefined && before !== label) {
      const both = `${shown(before)} and ${shown(label)}`;
      throw unusable(place, `it gives ${shown(picture)} two classes, ${both}`);
    }
    classes.set(picture, label);
  }
  if (classes.size > 0) return { place, classes, unmatched };
  const example = unmatched[0];
  throw unusable(
    place,
    example === undefined
      ? 'it has no class for any picture'
      : `none of its names fits a picture: it has ${shown(example)}, pictures are such as ${shown(index.example)}`,
  );
}

function unusable(place: string, why: string): GanodeError {
  return new GanodeError(
    'INVALID_DATA',
    `${shown(place)}: cannot be used as labels: ${why} (--labels-from folders does without it)`,
    { details: { path: place } },
  );
}

/** What a list leaves open: pictures without a class, names without a picture. */
export function gaps({ place, unmatched }: LabelTable, unlabelled: readonly string[]): string[] {
  const told: string[] = [];
  if (unlabelled.length > 0) {
    const what = counted(unlabelled.length, 'picture');
    told.push(`${what} without a label left out, such as ${shown(unlabelled[0] as string)}`);
  }
  if (unmatched.length > 0) {
    const what = counted(unmatched.length, 'label');
    told.push(`${what} without a picture, such as ${shown(unmatched[0] as string)}`);
  }
  return told.length > 0 ? [`${shown(place)}: ${told.join('; ')}`] : [];
}
