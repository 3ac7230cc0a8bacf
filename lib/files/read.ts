/** Reading files as a whole. */
import { open } from 'node:fs/promises';
import { type ErrorCode, GanodeError } from '../errors.js';
import { ioError } from '../files.js';
import { mostJsonBytes, parseJson } from '../json.js';
import { inBytes } from '../memory.js';

/** What Node reads at once. */
const mostBytes = 2 ** 31 - 1;

/**
 * A whole file; a device or pipe to its end.
 *
 * @param most Bytes that a file of its kind has at most. Default 2 GiB.
 * @throws GanodeError `IO` where it cannot be read, or is larger: nothing of a larger file is read, of a larger pipe no more.
 */
export async function readWhole(path: string, most = mostBytes): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const found = await file.stat();
      if (found.size > most) throw tooLarge(path, most, inBytes(found.size));
      if (found.isFile()) return await file.readFile();
      return await readStream(file.createReadStream({ autoClose: false }), path, most);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw ioError('read', path, error);
  }
}

/** The text of a whole file, which is UTF-8. As `readWhole`. */
export async function readText(path: string, most: number): Promise<string> {
  return (await readWhole(path, most)).toString('utf8');
}

/** The value in a file of JSON. Throws `IO` as `readWhole`, and `code` as `parseJson`. */
export async function readJson(path: string, code?: ErrorCode): Promise<unknown> {
  return parseJson(await readText(path, mostJsonBytes), path, code);
}

async function readStream(
  stream: AsyncIterable<Buffer>,
  path: string,
  most: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > most) throw tooLarge(path, most, 'more');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(path: string, most: number, size: string): GanodeError {
  return new GanodeError(
    'IO',
    `could not read ${path}: expected at most ${inBytes(most)} but it has ${size}`,
    { details: { path, most } },
  );
}
