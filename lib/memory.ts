/** Memory that there is, and what is said where it does not do. */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { GanodeError } from './errors.js';

/** What of a request makes it smaller, as messages advise. */
const smaller = 'a smaller batch or count takes less';

/** Sizes that nobody runs out of memory for are not looked at. */
const worthChecking = 2 ** 26;

let known: number | undefined;

/** Bytes that this process may have: the machine's memory, or less where its container or `ulimit -v` sets a limit. */
export function memoryThere(): number {
  known ??= Math.min(totalmem(), process.constrainedMemory?.() || Infinity, addressLimit());
  return known;
}

/**
 * Refuses what is plainly too much before it is allocated: Linux grants more than there is, and ends the process once it is used.
 *
 * @param what What takes the bytes, in the plural: "1,000 images of 1×28×28".
 * @param advice What takes less.
 * @throws GanodeError `MEMORY`.
 */
export function requireMemory(bytes: number, what: string, advice = smaller): void {
  if (bytes < worthChecking || bytes <= memoryThere()) return;
  throw new GanodeError(
    'MEMORY',
    `out of memory: ${what} take ${inBytes(bytes)}, and there are ${inBytes(memoryThere())}; ${advice}`,
    { details: { bytes, memory: memoryThere() } },
  );
}

type ArrayType<T> = { new (length: number): T; readonly BYTES_PER_ELEMENT: number };

/**
 * A typed array whose length follows from what the user asked for; parameters as of `requireMemory`.
 *
 * @throws GanodeError `MEMORY` where there is not enough.
 */
export function allocate<T>(Type: ArrayType<T>, length: number, what: string, advice = smaller): T {
  const bytes = length * Type.BYTES_PER_ELEMENT;
  requireMemory(bytes, what, advice);
  try {
    return new Type(length);
  } catch (error) {
    if (!ranOut(error)) throw error;
    throw new GanodeError('MEMORY', `out of memory: ${what} take ${inBytes(bytes)}; ${advice}`, {
      cause: error,
      details: { bytes },
    });
  }
}

/** An array that JavaScript could not allocate, as `MEMORY`; any other error as it is. */
export function asOutOfMemory(error: unknown): unknown {
  if (!ranOut(error)) return error;
  const message = `out of memory: an array was asked for that is too large (${(error as Error).message}); ${smaller}`;
  return new GanodeError('MEMORY', message, { cause: error });
}

/** What the native side says of memory that ran out, with what there is and what takes less. */
export function nativeOutOfMemory(message: string, details: Record<string, unknown>): GanodeError {
  // Where it is threads that there is no room for, the message says already what helps.
  if ('threads' in details) return new GanodeError('MEMORY', message, { details });
  const ofFile = 'path' in details;
  const onDevice = 'device' in details;
  const there = onDevice ? '' : `; this process may have ${inBytes(memoryThere())}${held()}`;
  return new GanodeError('MEMORY', `${message}${there}${ofFile ? '' : `; ${smaller}`}`, {
    details,
  });
}

/** A number of bytes in the unit that people read it in: `8.6 GB`. */
export function inBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(bytes) / 3)));
  const value = bytes / 1000 ** power;
  return `${power > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[power]}`;
}

/** V8's words for an array that there is no memory for, or that is longer than any may be. */
function ranOut(error: unknown): boolean {
  const words = /Array buffer allocation failed|Invalid (typed )?array (buffer )?length/;
  return error instanceof RangeError && words.test(error.message);
}

/** What the process holds: of addresses where those are what is limited. */
function held(): string {
  const limited = memoryThere() === addressLimit();
  const addresses = limited && numberIn('/proc/self/status', /^VmSize:\s+(\d+) kB/m);
  const bytes = addresses ? addresses * 1024 : process.memoryUsage.rss();
  return ` and holds ${inBytes(bytes)}`;
}

/** What `ulimit -v` allows. */
function addressLimit(): number {
  return numberIn('/proc/self/limits', /^Max address space\s+(\d+)/m) ?? Infinity;
}

function numberIn(file: string, pattern: RegExp): number | undefined {
  try {
    const found = pattern.exec(readFileSync(file, 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined; // not Linux
  }
}
