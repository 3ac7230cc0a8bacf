// How much was packed, and whether it is not too much.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/**
 * Lines with the size of each file of a folder and of all together. Throws an Error of one line where they have more than `most`
 * bytes.
 */
export function sizesOf(dir, most) {
  const files = readdirSync(dir).map((name) => ({ name, bytes: statSync(join(dir, name)).size }));
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const parts = files.map(({ name, bytes }) => `${name} ${mebibytes(bytes)}`);
  if (total > most) {
    throw new Error(
      `${dir}: expected at most ${mebibytes(most)} but received ${mebibytes(total)}: ${parts.join(', ')}`,
    );
  }
  return [...parts, `together ${mebibytes(total)}`];
}
