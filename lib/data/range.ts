/** Whether numbers are what networks can learn to make. */
import { GanodeError } from '../errors.js';
import type { DataKind } from './kind.js';

/** Least and largest value. */
export type Range = readonly [number, number];

/** What generators that end in a hyperbolic tangent, so most of them, can make. */
export const usualRange: Range = [-1, 1];

/** Largest value of numbers that look like bytes. */
const mostByte = 255;
/** Numbers from 0 that go beyond this look like bytes. */
const leastOfBytes = 8;

/**
 * Looks at every value once.
 *
 * @param size Values of one item, for messages.
 * @param wanted Where values should lie.
 * @returns A line for the user where they lie elsewhere: the range that they have, and what would be right. Images without any
 *   value below 0 are told too, as they should be black at -1.
 * @throws GanodeError `INVALID_DATA` for NaN and infinity, with the item that it is in.
 */
export function rangeWarnings(
  values: Float32Array,
  { name, kind, size, wanted }: { name: string; kind: DataKind; size: number; wanted: Range },
): string[] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (value - value !== 0) throw notFinite(name, value, index, size);
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const advice = adviceFor(kind, least, most, wanted);
  if (!advice) return [];
  const short = (value: number): number => Number(value.toPrecision(4));
  return [`${name}: values from ${short(least)} to ${short(most)}, ${advice}`];
}

function adviceFor(
  kind: DataKind,
  least: number,
  most: number,
  [low, high]: Range,
): string | undefined {
  const inRange = least >= low && most <= high;
  // An image that may be anything from -1 on is hardly ever without a dark pixel.
  const isImage = kind === 'images' && low === usualRange[0] && high === usualRange[1];
  if (isImage && least >= 0 && most > 0) {
    if (most <= 1) return 'and -1 is black: scale them by 2x - 1';
    if (most > leastOfBytes && most <= mostByte) {
      return 'and numbers should be from -1 to 1: give them as uint8, or scale them by x / 127.5 - 1';
    }
  }
  if (inRange) return undefined;
  const linear = kind === 'images' ? '' : ', or take a linear output (rcgan: model.output)';
  return `and most generators reach ${low} to ${high}: scale them${linear}`;
}

function notFinite(name: string, value: number, index: number, size: number): GanodeError {
  const item = Math.floor(index / size);
  return new GanodeError(
    'INVALID_DATA',
    `${name}: expected finite numbers but received ${value}: value ${index % size} of item ${item}`,
    { details: { index, item } },
  );
}
