/** Decoding all pictures of a listing. */
import { imageSize } from '../dataset.js';
import { inParallel } from '../parallel.js';
import type { Picture } from './arrange.js';
import type { Decoder, Size } from './decoder.js';
import type { Listing } from './listing.js';
import { reasonOf } from './reason.js';
import { counted, shown } from './words.js';

/** Broken files that a message names. */
const mostNamed = 3;

export interface ReadPictures {
  /** What went wrong, by index, in order. */
  broken: Map<number, unknown>;
  /** How many have (streamed: may have) pixels that are not opaque. */
  transparent: number;
  /** Whether any has other proportions than the decoder's shape. */
  fitted: boolean;
}

/**
 * Decodes every picture into `target`, where the good ones then lie one after the other from its beginning; without a target,
 * only headers are checked.
 */
export async function readPictures(
  listing: Listing,
  pictures: readonly Picture[],
  decoder: Decoder,
  { target, sizes }: { target: Uint8Array | undefined; sizes: ReadonlyMap<string, Size> },
): Promise<ReadPictures> {
  const size = imageSize(decoder.shape);
  const failures = new Map<number, unknown>();
  let transparent = 0;
  let fitted = false;
  await inParallel(pictures.length, async (index) => {
    try {
      const { name } = pictures[index] as Picture;
      const source = await listing.source(name);
      const known = sizes.get(name);
      // A header costs a fifth of a small picture, so it is read only while it can tell something.
      const header = !target || (!fitted && !known) ? await decoder.check(source) : undefined;
      const { pixels, transparent: isClear } = target
        ? await decoder.decode(source)
        : { pixels: undefined, transparent: header?.transparent };
      if (pixels) target?.set(pixels, index * size);
      if (isClear) transparent += 1;
      const original = known ?? header;
      if (original) fitted ||= decoder.isOther(original);
    } catch (error) {
      failures.set(index, error);
    }
  });
  const broken = new Map([...failures].sort(([a], [b]) => a - b));
  if (target && broken.size > 0) compact(target, pictures.length, size, broken);
  return { broken, transparent, fitted };
}

/** Moves the good images together, in place. */
function compact(
  images: Uint8Array,
  count: number,
  size: number,
  broken: ReadonlyMap<number, unknown>,
): void {
  let to = 0;
  for (let from = 0; from < count; from += 1) {
    if (broken.has(from)) continue;
    if (from !== to) images.copyWithin(to * size, from * size, (from + 1) * size);
    to += 1;
  }
}

/** `2 of 9 pictures do not decode: a.png: empty file; b.jpg: cut short`: the first few with their reasons, the rest counted. */
export async function describeBroken(
  listing: Listing,
  pictures: readonly Picture[],
  broken: ReadonlyMap<number, unknown>,
): Promise<string> {
  const told: string[] = [];
  for (const [index, error] of [...broken].slice(0, mostNamed)) {
    const { name } = pictures[index] as Picture;
    told.push(`${shown(name)}: ${await reasonOf(listing, name, error)}`);
  }
  if (broken.size > mostNamed) told.push(`and ${broken.size - mostNamed} more`);
  const verb = pictures.length === 1 ? 'does' : 'do';
  return `${broken.size} of ${counted(pictures.length, 'picture')} ${verb} not decode: ${told.join('; ')}`;
}
