/** Which pictures of a listing are read, and of which class each is. */
import { splits as allSplits, choosePart, type Split } from '../split.js';
import { byFolders } from './class-folders.js';
import { findLabels, gaps, type LabelTable, readLabels, unusedLabels } from './labels.js';
import { type Listing, naturally, within } from './listing.js';
import { type Part, partNamed, partsOf, topOf } from './parts.js';
import { listed, shown } from './words.js';

export interface Picture {
  /** Its name in the listing. */
  name: string;
  /** Class index; undefined without classes. */
  label: number | undefined;
}

export interface Arrangement {
  pictures: Picture[];
  /** Names of the classes, those of other parts too. */
  classes?: string[];
  /** The part, and all that there are; absent where data is one whole. */
  split?: Split;
  splits?: Split[];
  /** The folder that the part lies in; '' for the whole. */
  folder: string;
  warnings: string[];
}

export interface ArrangeOptions {
  split?: Split;
  /** `folders`, `none`, or a file. Default: a list of labels where one lies there, folders otherwise. */
  labelsFrom?: string;
}

/** Names of what a listing holds. */
export interface Contents {
  files: readonly string[];
  folders: readonly string[];
  pictures: readonly string[];
}

/** Pictures of a part with the names of their classes. */
interface Classed {
  /** The pictures that are kept; strays are not among them. */
  pictures: readonly string[];
  /** Name of the class of each; undefined without classes. */
  classOf?: (picture: string) => string;
  names: Iterable<string>;
  warnings: string[];
}

/**
 * Finds parts, and classes in each. Indices of classes are the same in all parts: classes of all of them together are counted, in
 * natural order.
 *
 * @throws GanodeError `INVALID_DATA` where the part that is asked for is not there, or labels do not fit; `IO`.
 */
export async function arrange(
  listing: Listing,
  contents: Contents,
  options: ArrangeOptions,
): Promise<Arrangement> {
  const top = topOf(contents);
  const { parts, warnings } = partsOf(listing.path, top, contents);
  const there = allSplits.filter((split) => parts.some((part) => part.split === split));
  const split = choosePart(listing.path, there, options.split);

  const shared = await sharedLabels(listing, top, contents, options);
  const classed = new Map<Part, Classed>();
  for (const part of parts) {
    classed.set(part, await classify(listing, part, contents, options, shared.table));
  }
  const part = parts.find((each) => each.split === split) as Part;
  if (!split) warnings.push(...deeperParts(listing.path, top, contents.pictures));
  const own = classed.get(part) as Classed;
  const classes = inOrder([...classed.values()].flatMap(({ names }) => [...names]));
  const indices = new Map(classes.map((name, index) => [name, index]));
  return {
    pictures: own.pictures.map((name) => ({
      name,
      label: own.classOf && (indices.get(own.classOf(name)) as number),
    })),
    ...(own.classOf && { classes }),
    ...(split && { split, splits: there }),
    folder: part.folder,
    warnings: [...warnings, ...shared.notes, ...own.warnings],
  };
}

/** A line where folders further down are named as parts, such as `cat/train` and `cat/test`: they are read as one. */
function deeperParts(path: string, top: string, pictures: readonly string[]): string[] {
  const named = new Map<Split, string>();
  for (const picture of pictures) {
    const folders = within(top, picture).split('/').slice(0, -1);
    const depth = folders.findIndex((folder, index) => index > 0 && partNamed(folder));
    if (depth < 0) continue;
    const split = partNamed(folders[depth] as string) as Split;
    if (!named.has(split)) named.set(split, folders.slice(0, depth + 1).join('/'));
  }
  if (named.size < 2) return [];
  const which = listed([...named.values()]);
  return [`${shown(path)}: ${which} read as one, not as parts, as they do not lie at the top`];
}

/** Labels that are for all parts: of the named file, or of the one at the top. */
async function sharedLabels(
  listing: Listing,
  top: string,
  { files, pictures }: Contents,
  { labelsFrom }: ArrangeOptions,
): Promise<{ table: LabelTable | undefined; notes: string[] }> {
  const notes: string[] = [];
  if (labelsFrom === 'folders' || labelsFrom === 'none') {
    return { table: undefined, notes: unusedLabels(top, files, labelsFrom) };
  }
  if (labelsFrom !== undefined) {
    return { table: await readLabels(listing, labelsFrom, pictures), notes };
  }
  const table = await findLabels(listing, top, files, pictures, notes);
  return { table, notes };
}

/** Labels of a part: from its own list, from the one for all parts, from its folders. */
async function classify(
  listing: Listing,
  part: Part,
  contents: Contents,
  { labelsFrom }: ArrangeOptions,
  shared: LabelTable | undefined,
): Promise<Classed> {
  const { pictures, split, folder } = part;
  const isNamed = labelsFrom === 'folders' || labelsFrom === 'none';
  const warnings =
    split && isNamed ? unusedLabels(folder, contents.files, labelsFrom) : ([] as string[]);
  const none = { pictures, names: [], warnings };
  if (labelsFrom === 'none') return none;
  const ownTable =
    split !== undefined && labelsFrom === undefined
      ? await findLabels(listing, folder, contents.files, pictures, warnings)
      : undefined;
  const table = ownTable ?? shared;
  if (!table) {
    const found = byFolders(listing.place(folder), folder, pictures, contents.folders);
    return { ...found, warnings: [...warnings, ...found.warnings] };
  }
  const { classes } = table;
  if (!classes) return none;
  const labelled = pictures.filter((picture) => classes.has(picture));
  // A list for all parts may have nothing of one of them, as of a test part whose labels are kept back.
  if (labelled.length === 0) return none;
  const unlabelled = pictures.filter((picture) => !classes.has(picture));
  warnings.push(...gaps(table, unlabelled));
  return {
    pictures: labelled,
    classOf: (picture) => classes.get(picture) as string,
    names: new Set(classes.values()),
    warnings,
  };
}

/** Names of classes, each once: by number where all are numbers, in natural order otherwise. */
function inOrder(names: readonly string[]): string[] {
  const different = [...new Set(names)];
  const areNumbers = different.every((name) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(name));
  return different.sort(
    areNumbers ? (a, b) => Number(a) - Number(b) || naturally(a, b) : naturally,
  );
}
