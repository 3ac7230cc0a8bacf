/**
 * Ranges of the numbers that people give, in one place for the command line and the TypeScript API. Those of a recipe's settings are
 * in `recipes/schema.ts`.
 */
import { invalid } from './errors.js';

export interface NumberRange {
  readonly least: number;
  readonly most: number;
  /** Whole numbers only. */
  readonly whole: boolean;
  /** Whether `least` itself is outside the range. */
  readonly above: boolean;
}

const whole = (least: number, most = Number.MAX_SAFE_INTEGER): NumberRange => ({
  least,
  most,
  whole: true,
  above: false,
});
const real = (least: number, most: number): NumberRange => ({
  least,
  most,
  whole: false,
  above: false,
});
const above = (least: number, most: number): NumberRange => ({
  least,
  most,
  whole: false,
  above: true,
});

export const ranges = {
  /** Threads for one operator: far more than cores are no use. */
  threads: whole(1, 1024),
  /** Seeds of random numbers: any whole number that a double holds exactly. */
  seed: whole(0),
  /** Number of images that are made or read; memory sets the limit. */
  images: whole(1),
  /** Index of something in a list. */
  index: whole(0),
  /** Images that one call of a network takes. */
  batch: whole(1, 65_536),
  /** Batches of 64 that the statistics of batch normalization are estimated over. */
  standingStatistics: whole(0, 10_000),
  truncation: above(0, 1),
  /** Number of generated images that an evaluation measures. */
  measured: whole(2),
  /** Frames of an animation: memory sets the limit. */
  frames: whole(2),
  /** Latents that a path leads through. */
  keys: whole(2),
  framesPerSecond: real(1, 50),
  /** How often an animation is shown: what GIF and WebP can hold. */
  loops: whole(0, 65_535),
  /** Pictures in a row of a grid. */
  columns: whole(1),
  /** Pixels between the pictures of a grid. */
  padding: whole(0, 4096),
  /** Pixels of a side that pictures are resized to. */
  side: whole(1, 4096),
  channels: whole(1, 1024),
  /** Pixels a side of a picture of points. */
  scatterSide: whole(64, 4096),
  /** Draws of a code an image. */
  draws: whole(1, 10_000),
  /** Repetitions over which a metric is averaged: random subsets, parts. */
  repetitions: whole(1, 10_000),
  neighbours: whole(1, 10_000),
  epochs: above(0, 1e9),
  /** Steps of training, and images shown. */
  steps: whole(1, 1e15),
  /** Steps of training that are recorded: each is tens of thousands of events. */
  profiledSteps: whole(1, 1000),
  /** Steps before they are recorded. */
  warmUp: whole(0, 1e15),
} as const satisfies Record<string, NumberRange>;

/** Whether a value is a number of the range. */
export function isInRange(value: unknown, range: NumberRange): value is number {
  const { least, most, whole, above } = range;
  if (typeof value !== 'number' || !(value >= least && value <= most)) return false;
  if (above && value === least) return false;
  return !whole || Number.isSafeInteger(value);
}

/** `a whole number from 1 to 1024`. A limit that nobody reaches is left out. */
export function rangeText({ least, most, whole, above }: NumberRange): string {
  if (above) return `a number above ${least} and up to ${most}`;
  const end = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`;
  return `a ${whole ? 'whole ' : ''}number from ${least}${end}`;
}

/** The seed that comes so many after another; after the largest one comes 0. */
export function seedAfter(seed: number, by: number): number {
  const room = ranges.seed.most - by;
  return seed <= room ? seed + by : seed - room - 1;
}

/** Throws `INVALID_OPTION` unless the value is a number of the range. */
export function requireInRange(name: string, value: unknown, range: NumberRange): void {
  if (!isInRange(value, range)) throw invalid(name, rangeText(range), value);
}

/** `requireInRange` for what may be left out: each value that is given, by the name of its range. */
export function requireRanges(values: { readonly [Name in keyof typeof ranges]?: unknown }): void {
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) requireInRange(name, value, ranges[name as keyof typeof ranges]);
  }
}
