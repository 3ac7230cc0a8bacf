/** Operators on whole items: which there are, how they are joined, what they look like to a discriminator. */
import { dimensions, flag, required, whole } from '../graph/check.js';
import { type Value, type ValueOptions, value } from './value.js';

/** Images [C, H, W] as the channels of one, so many at a time (PacGAN, Lin et al. 2018): [count · C, H, W], and fewer items. */
export function pack(images: Value, count: number, options: ValueOptions = {}): Value {
  return value('pack', [images], { ...options, count }, { count: whole(1) });
}

/** What `pack` joined, apart again. */
export function unpack(images: Value, count: number, options: ValueOptions = {}): Value {
  return value('unpack', [images], { ...options, count }, { count: whole(1) });
}

/** The first items of a batch, one in so many, at least one; labels too. */
export function first(x: Value, of: number, options: ValueOptions = {}): Value {
  return value('first', [x], { ...options, of }, { of: whole(1) });
}

/** Several values one after the other along a dimension of an item (default the first: channels, features). */
export function concat(
  values: readonly Value[],
  options: ValueOptions & { axis?: number } = {},
): Value {
  return value('concat', values, options, { axis: whole(0) });
}

/** Values from `start` (default 0) to `start + length` along a dimension of an item (default the first). */
export function slice(
  x: Value,
  options: ValueOptions & { start?: number; length: number; axis?: number },
): Value {
  return value('slice', [x], options, {
    start: whole(0),
    length: required(whole(1)),
    axis: whole(0),
  });
}

/** The values of an item in another shape. */
export function reshape(x: Value, shape: readonly number[], options: ValueOptions = {}): Value {
  return value('reshape', [x], { ...options, shape: [...shape] }, { shape: required(dimensions) });
}

/**
 * Each image flipped with probability one half, and shifted by up to `shift` pixels in either direction, what comes in at an
 * edge being the reflection (bCR, Zhao et al. 2021). Default 4 pixels, with flips.
 */
export function flipAndShift(
  images: Value,
  options: ValueOptions & { shift?: number; flip?: boolean } = {},
): Value {
  return value('flipAndShift', [images], options, { shift: whole(0), flip: flag });
}

/** Images as the recipe's `augment` shows them to a discriminator, differentiable; as they are where it is null. */
export function augment(images: Value, options: ValueOptions = {}): Value {
  return value('augment', [images], options);
}
