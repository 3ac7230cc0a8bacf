/** How pictures of a folder or a zip are read. */
import { invalid } from '../../errors.js';
import type { ImageShape } from '../../recipes/schema.js';
import { requireMemoryLimit, requireShape } from '../dataset.js';
import type { Fit } from '../fit.js';
import { requireSplitName, type Split } from '../split.js';

export interface FolderOptions {
  /** What every picture is brought to, as `fit` says. Default 64×64, 3 channels; 1 (grey), 3 (RGB) or 4 (RGB and alpha). */
  image?: Partial<ImageShape>;
  /**
   * A file that does not decode: left out, counted and named in `warnings` (default), or an error. Of streamed pictures only
   * headers are checked at first; a file that fails later is replaced by the next of its class, or an error.
   */
  onBroken?: 'skip' | 'error';
  /** Bytes of decoded images to keep in memory; more are streamed. Default 1 GiB. */
  memoryLimit?: number;
  /** How pictures of other proportions are brought to `image`. Default `crop`. */
  fit?: Fit;
  /**
   * Colour behind transparent pixels and around padded pictures, as CSS writes it. Default white. With 4 channels transparent
   * pixels stay, it is only what is around padded pictures, may be transparent itself, and is so by default.
   */
  background?: string;
  /** Part of pictures that come in parts. Default `train`. */
  split?: Split;
  /**
   * Where classes come from: `folders` (subfolders), `none`, or the path of a CSV, TSV or JSON Lines file of names and classes, or
   * of StyleGAN's dataset.json. Default: such a file where one lies at the top or in the part's folder, folders otherwise.
   */
  labelsFrom?: string;
}

/** Options with what is taken where they say nothing. */
export interface ResolvedOptions {
  shape: ImageShape;
  onBroken: 'skip' | 'error';
}

/** @throws GanodeError `INVALID_OPTION` for values of the wrong type or out of range. */
export function resolveOptions(options: FolderOptions): ResolvedOptions {
  const shape: ImageShape = { channels: 3, height: 64, width: 64, ...options.image };
  const { onBroken = 'skip', split, memoryLimit, labelsFrom } = options;
  requireShape(shape);
  if (![1, 3, 4].includes(shape.channels)) {
    throw invalid('image.channels', '1, 3 or 4 (for pictures)', shape.channels);
  }
  if (onBroken !== 'skip' && onBroken !== 'error') {
    throw invalid('onBroken', "'skip' or 'error'", onBroken);
  }
  if (split !== undefined) requireSplitName(split);
  if (memoryLimit !== undefined) requireMemoryLimit(memoryLimit);
  if (labelsFrom !== undefined && (typeof labelsFrom !== 'string' || labelsFrom === '')) {
    throw invalid('labelsFrom', "'folders', 'none' or a path", labelsFrom);
  }
  return { shape, onBroken };
}
