/** The zip that NumPy's archives are: what is in it, and one array of it. */
import type { Readable } from 'node:stream';
import type { Entry, ZipFile } from 'yauzl';
import { GanodeError } from '../errors.js';
import { ioError } from '../files.js';
import { formatSides, type NpyArray, type NpyHeader, npyHeader, parseNpy } from '../image/npy.js';
import type { Listed } from './npz-names.js';
import { openZipFile } from './zip-reader.js';

/** Arrays that are looked at; an archive with more was not made for this. */
const mostArrays = 1000;
/** What Node reads of a plain file at most; an array in an archive may hold no more. */
const mostBytes = 2 ** 31;

export type Item = Listed & { entry: Entry };

/** Throws `IO`, or `INVALID_DATA` for what is no archive. */
export async function openZip(path: string): Promise<ZipFile> {
  try {
    return await openZipFile(path);
  } catch (error) {
    const isSystem = (error as NodeJS.ErrnoException).code !== undefined;
    throw isSystem ? ioError('read', path, error) : broken(path, error);
  }
}

/** What an archive holds, by name; the headers of its arrays are read for it. */
export async function listArrays(zip: ZipFile, path: string): Promise<Map<string, Item>> {
  const entries: Entry[] = [];
  if (zip.entryCount > mostArrays) {
    throw fail(path, `expected up to ${mostArrays} arrays but it holds ${zip.entryCount} files`);
  }
  for await (const entry of zip.eachEntry()) {
    if (/\.npy$/.test(entry.fileName)) entries.push(entry);
  }
  const found = new Map<string, Item>();
  for (const entry of entries) {
    const name = entry.fileName.replace(/\.npy$/, '');
    found.set(name, { entry, name, ...(await describe(zip, path, entry)) });
  }
  return found;
}

/** Sides and type of an array; that it cannot be read matters only where it is taken. */
async function describe(
  zip: ZipFile,
  path: string,
  entry: Entry,
): Promise<Pick<Listed, 'shape' | 'descr'>> {
  const stream = await zip.openReadStreamPromise(entry);
  try {
    const { header } = await readHeader(stream, `${path}:${entry.fileName}`);
    return { shape: header.shape, descr: header.descr };
  } catch {
    return { shape: [], descr: 'not readable' };
  } finally {
    stream.destroy();
  }
}

/** The bytes up to the end of the header, or a few more. */
async function readHeader(
  stream: Readable,
  where: string,
): Promise<{ header: NpyHeader; bytes: Buffer }> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    const header = npyHeader(bytes, where);
    if (header) return { header, bytes };
  }
  throw fail(where, `cut short: ${bytes.length} bytes hold no header`);
}

/** Unpacks an array, once its header promises as many bytes as the archive does. */
export async function readArray(zip: ZipFile, path: string, { entry }: Item): Promise<NpyArray> {
  const where = `${path}:${entry.fileName}`;
  const stream = await zip.openReadStreamPromise(entry);
  try {
    const { header, bytes } = await readHeader(stream, where);
    const { length, shape } = header;
    const size = entry.uncompressedSize;
    if (length !== size) {
      throw fail(
        where,
        `its header promises ${formatSides(shape)}, ${length} bytes, the archive ${size}`,
      );
    }
    if (length > mostBytes) throw fail(where, `${length} bytes are more than 2 GiB`);
    const whole = Buffer.allocUnsafeSlow(length);
    let place = bytes.copy(whole);
    for await (const chunk of stream) place += (chunk as Buffer).copy(whole, place);
    if (place !== length) throw fail(where, `expected ${length} bytes but ${place} came`);
    return parseNpy(whole, where);
  } catch (error) {
    throw error instanceof GanodeError ? error : broken(where, error);
  } finally {
    stream.destroy();
  }
}

export function broken(path: string, error: unknown): GanodeError {
  return new GanodeError('INVALID_DATA', `${path}: broken archive (${(error as Error).message})`, {
    cause: error,
    details: { path },
  });
}

function fail(path: string, message: string): GanodeError {
  return new GanodeError('INVALID_DATA', `${path}: ${message}`, { details: { path } });
}
