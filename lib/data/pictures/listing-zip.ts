/** Zips as listings. */
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { GanodeError } from '../../errors.js';
import { openRegular } from '../../files/read.js';
import { ioError } from '../../files.js';
import { openZipFile } from '../zip-reader.js';
import { isHidden, type Listing, naturally } from './listing.js';
import { shown } from './words.js';

/** Bytes of one file in a zip; a larger one is a bomb, or no picture. */
const mostEntryBytes = 2 ** 28;

/** Closes the files of listings that nobody has any more. */
const forgotten = new FinalizationRegistry<ZipFile>((zip) => zip.close());

/** Whether a file begins like a zip, an empty one too. Throws `IO`. */
export async function isZip(path: string): Promise<boolean> {
  try {
    const file = await openRegular(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
      return bytesRead === 4 && ['504b0304', '504b0506'].includes(buffer.toString('hex'));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw ioError('read', path, error);
  }
}

/**
 * The files of a zip, which stays open: they are read where they lie, one by one, and never more than 256 MiB of one.
 *
 * @throws GanodeError `IO` where it cannot be read; `INVALID_DATA` where it is broken or no zip.
 */
export async function listZip(path: string): Promise<Listing> {
  const zip = await openZip(path);
  const entries = new Map<string, Entry>();
  const folders = new Set<string>();
  try {
    for await (const entry of zip.eachEntry()) {
      const parts = entry.fileName.split('/').filter((part) => part !== '' && part !== '.');
      if (parts.some(isHidden)) continue;
      const depth = entry.fileName.endsWith('/') ? parts.length : parts.length - 1;
      for (let end = 1; end <= depth; end += 1) folders.add(parts.slice(0, end).join('/'));
      if (depth < parts.length) entries.set(parts.join('/'), entry);
    }
  } catch (error) {
    zip.close();
    throw broken(path, error);
  }
  const listing = listingOf(path, zip, entries, folders);
  forgotten.register(listing, zip, listing);
  return listing;
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await openZipFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code) throw ioError('read', path, error);
    throw broken(path, error);
  }
}

function broken(path: string, error: unknown): GanodeError {
  const reason = (error as Error).message.slice(0, 200);
  return new GanodeError('INVALID_DATA', `${shown(path)}: no zip, or a broken one: ${reason}`, {
    cause: error,
    details: { path },
  });
}

function listingOf(
  path: string,
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  folders: ReadonlySet<string>,
): Listing {
  const bytes = (name: string, limit = mostEntryBytes): Promise<Buffer> =>
    content(zip, entries.get(name) as Entry, Math.min(limit, mostEntryBytes));
  const listing: Listing = {
    path,
    files: [...entries.keys()].sort(naturally),
    folders: [...folders].sort(naturally),
    place: (name) => join(path, name),
    head: (name, length) => head(zip, entries.get(name) as Entry, length),
    bytes,
    source: (name) => bytes(name),
    close() {
      forgotten.unregister(listing);
      zip.close();
    },
  };
  return listing;
}

async function content(zip: ZipFile, entry: Entry, limit: number): Promise<Buffer> {
  const size = entry.uncompressedSize;
  if (size > limit) throw new Error(`expected at most ${limit} bytes but it has ${size}`);
  const chunks: Buffer[] = [];
  for await (const chunk of await streamOf(zip, entry)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (crc32(bytes) !== entry.crc32) throw new Error('damaged: its checksum is another');
  return bytes;
}

async function head(zip: ZipFile, entry: Entry, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let read = 0;
  // An entry that is stored uncompressed can be read in part, so no more is read than was asked for.
  const part =
    entry.compressionMethod === 0 ? { start: 0, end: Math.min(length, entry.compressedSize) } : {};
  for await (const chunk of await streamOf(zip, entry, part)) {
    chunks.push(chunk);
    read += chunk.length;
    // Leaving the loop ends the stream.
    if (read >= length) break;
  }
  return Buffer.concat(chunks).subarray(0, length);
}

async function streamOf(
  zip: ZipFile,
  entry: Entry,
  part: { start?: number; end?: number } = {},
): Promise<Readable> {
  if (entry.isEncrypted()) throw new Error('encrypted');
  return zip.openReadStreamPromise(entry, part);
}
