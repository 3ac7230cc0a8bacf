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

/** "0,1,2" */
export function labels(text: string): number[] {
  const whole = wholeNumber(0);
  return text.split(',').map(whole);
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
