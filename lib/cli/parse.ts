/** Parsers for the values of options; commander turns what they throw into one line. */
import { InvalidArgumentError } from 'commander';

export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`expected a whole number from ${least}.`);
    }
    return value;
  };
}

export function number(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most)) {
      throw new InvalidArgumentError(`expected a number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** Above 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value))
    throw new InvalidArgumentError('expected a number above 0.');
  return value;
}

/** Height and width of images in pixels. */
export interface Size {
  height: number;
  width: number;
}

/** What `--size` takes, for its help. */
export const sizeForms = '<n|HxW>';

/** "64": a square; "96x64" or "96×64": 96 high, 64 wide. */
export function size(text: string): Size {
  const [, height, width = height] = /^\s*(\d{1,6})(?:\s*[x×]\s*(\d{1,6}))?\s*$/i.exec(text) ?? [];
  const result = { height: Number(height), width: Number(width) };
  if (result.height >= 1 && result.width >= 1) return result;
  throw new InvalidArgumentError('expected N, or HEIGHTxWIDTH such as 96x64, from 1 pixel a side.');
}

/** "precision,recall" */
export function names(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

/** An option that may be given several times. */
export function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

/** The entries that were given. */
export function defined<T extends Record<string, unknown>>(
  values: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as never;
}
