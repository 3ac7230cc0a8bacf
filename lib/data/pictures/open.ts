/** From a listing to a dataset. */
import { GanodeError } from '../../errors.js';
import { allocate } from '../../memory.js';
import { formatShape } from '../../models/image-shape.js';
import { ArrayDataset, type Dataset, defaultMemoryLimit, imageSize } from '../dataset.js';
import { type Arrangement, arrange, type Picture } from './arrange.js';
import { countKinds, type Sorted, sortFiles, whatIsRead } from './contents.js';
import { Decoder } from './decoder.js';
import { mayHoldLabels } from './label-file.js';
import { isIn, type Listing } from './listing.js';
import { type FolderOptions, resolveOptions } from './options.js';
import { describeBroken, readPictures } from './read.js';
import { withoutRuns } from './runs.js';
import { StreamedPictures } from './streamed.js';
import { counted, listed, shown } from './words.js';

/**
 * The pictures of a listing as a dataset. Those that fit in `memoryLimit` are decoded once, and the listing is closed; more are
 * decoded each time they are read.
 *
 * @throws GanodeError `INVALID_DATA` where there are no pictures, none decodes, or (onBroken: 'error') one does not;
 *   `INVALID_OPTION`; `IO`.
 */
export async function openPictures(listing: Listing, options: FolderOptions): Promise<Dataset> {
  let isKept = false;
  try {
    const dataset = await open(listing, options);
    isKept = dataset instanceof StreamedPictures;
    return dataset;
  } finally {
    if (!isKept) listing.close();
  }
}

async function open(listing: Listing, options: FolderOptions): Promise<Dataset> {
  const { shape, onBroken } = resolveOptions(options);
  const decoder = await Decoder.create({ ...options, shape });
  const { files, folders, warnings } = await withoutRuns(listing);
  const sorted = await sortFiles(listing, files);
  const { pictures } = sorted;
  if (pictures.length === 0) throw nothingFound(listing, sorted, warnings);
  const arranged = await arrange(listing, { files, folders, pictures }, options);
  warnings.push(...arranged.warnings, ...unreadWarning(sorted, arranged.folder));

  const size = imageSize(shape);
  const bytes = arranged.pictures.length * size;
  const isStreamed = bytes > (options.memoryLimit ?? defaultMemoryLimit);
  const target = isStreamed
    ? undefined
    : allocate(
        Uint8Array,
        bytes,
        `${arranged.pictures.length} decoded pictures of ${formatShape(shape)}`,
        'a smaller memory limit (memoryLimit, --memory-limit) streams them',
      );
  const read = await readPictures(listing, arranged.pictures, decoder, {
    target,
    sizes: sorted.sizes,
  });
  if (read.broken.size > 0) {
    const count = arranged.pictures.length;
    const told = await describeBroken(listing, arranged.pictures, read.broken);
    if (onBroken === 'error' || read.broken.size === count) {
      throw new GanodeError('INVALID_DATA', `${shown(listing.path)}: ${told}`, {
        details: {
          paths: [...read.broken.keys()].map((i) =>
            listing.place(arranged.pictures[i]?.name ?? ''),
          ),
        },
      });
    }
    warnings.push(`${told}; left out`);
  }
  const good = arranged.pictures.filter((_, index) => !read.broken.has(index));
  warnings.push(...lostClasses(arranged, good));
  if (read.transparent > 0 && options.background === undefined && shape.channels < 4) {
    warnings.push(transparencyWarning(read.transparent, isStreamed));
  }
  const { classes, split, splits } = arranged;
  const common = {
    ...(split && { split }),
    ...(splits && { splits }),
    ...(read.fitted && { fit: decoder.fit }),
    ...(classes && { classes }),
  };
  if (!target) {
    return new StreamedPictures({
      ...common,
      listing,
      pictures: good,
      decoder,
      onBroken,
      warnings,
    });
  }
  return new ArrayDataset({
    ...common,
    name: listing.path,
    shape,
    images: target.subarray(0, good.length * size),
    ...(classes && { labels: good.map(({ label }) => label as number) }),
    ...(warnings.length > 0 && { warnings }),
  });
}

function nothingFound(listing: Listing, { unread }: Sorted, warnings: string[]): GanodeError {
  const found = unread.length > 0 ? countKinds(unread) : 'none';
  const zip = listing.files.find((name) => /\.zip$/i.test(name));
  const hint = zip === undefined ? [] : [`${shown(zip)} lies there, and can be data itself`];
  return new GanodeError(
    'INVALID_DATA',
    [
      `${shown(listing.path)}: expected pictures (${whatIsRead}) but found ${found}`,
      ...hint,
      ...warnings,
    ].join('; '),
    { details: { path: listing.path } },
  );
}

function unreadWarning({ unread }: Sorted, folder: string): string[] {
  // What is told of lists of labels is told where they are looked for.
  const own = unread.filter(({ name }) => isIn(folder, name) && !mayHoldLabels(name));
  return own.length > 0 ? [`left out: ${countKinds(own)}: ganode reads ${whatIsRead}`] : [];
}

/** Classes of which no picture decodes. */
function lostClasses(arranged: Arrangement, good: readonly Picture[]): string[] {
  const { classes, pictures } = arranged;
  if (!classes || good.length === pictures.length) return [];
  const left = new Set(good.map(({ label }) => label));
  const lost = new Set(pictures.filter(({ label }) => !left.has(label)).map(({ label }) => label));
  if (lost.size === 0) return [];
  const names = [...lost].map((label) => classes[label as number] as string);
  return [`no picture of ${listed(names)} decodes`];
}

function transparencyWarning(count: number, isStreamed: boolean): string {
  const have = isStreamed ? 'may have' : count === 1 ? 'has' : 'have';
  return `${counted(count, 'picture')} ${have} transparent parts, shown on white; --background changes that, --channels 4 keeps them`;
}
