/** Parsers for the values of options; commander turns what they throw into one line. */
import { InvalidArgumentError } from 'commander';
import { type DeviceName, defaultDevice, deviceForms, isDeviceName } from '../device.js';
import { isInRange, type NumberRange, ranges, rangeText } from '../ranges.js';

/** A number of a range. */
export function inRange(range: NumberRange): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !isInRange(value, range)) {
      throw new InvalidArgumentError(`expected ${rangeText(range)}.`);
    }
    return value;
  };
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
  if (isInRange(result.height, ranges.side) && isInRange(result.width, ranges.side)) return result;
  throw new InvalidArgumentError(
    `expected N, or HEIGHTxWIDTH such as 96x64, from 1 to ${ranges.side.most} pixels a side.`,
  );
}

const unitsOfBytes: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  // With an i, or the letter alone, as `ulimit` and container engines count.
  ...{ k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 },
  ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
};

/** A size as people write it: "512MB" (millions), "1.5GiB" and "1.5g" (of 2^30 bytes), "1048576". Rounded down to whole bytes. */
export function byteCount(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+\.?\d*|\.\d+)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(digits) * (unitsOfBytes[unit.toLowerCase()] ?? Number.NaN));
  if (digits === '' || !Number.isSafeInteger(bytes)) {
    throw new InvalidArgumentError(
      'expected a size such as 512MB, 1GiB, 1.5g or a number of bytes.',
    );
  }
  return bytes;
}

export const deviceHelp = `${deviceForms}; default ${defaultDevice}: a GPU where one answers`;

export function device(text: string): DeviceName {
  if (isDeviceName(text)) return text;
  throw new InvalidArgumentError(`expected ${deviceForms}.`);
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
