/** How zips are opened: those of pictures and NumPy's archives alike. */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { openRegular } from '../files/read.js';

/** Bytes that are read at once. */
const chunkBytes = 2 ** 16;

/**
 * Opens a zip. It stays open until `close()`, which may come while parts of it are still being read.
 *
 * @throws The system's error, or yauzl's where it is no zip.
 */
export async function openZipFile(path: string): Promise<ZipFile> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    const options = { autoClose: false };
    const zip = await fromRandomAccessReaderPromise(new FileReader(file), size, options);
    // What goes wrong is told where it is awaited; an event that nobody listens to would end the process.
    zip.on('error', () => undefined);
    return zip;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Reads through a handle, which Node closes only once it is read no more. yauzl's own reader goes on reading what was given up
 * half-way; when the file is closed by then, it throws where nobody can catch it.
 */
class FileReader extends RandomAccessReader {
  constructor(private readonly file: FileHandle) {
    super();
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(chunks(this.file, start, end), { objectMode: false });
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null) => void,
  ): void {
    this.file.read(buffer, offset, length, position).then(
      ({ bytesRead }) => done(bytesRead === length ? null : new Error('cut short')),
      (error: Error) => done(error),
    );
  }

  override close(done: (error: Error | null) => void): void {
    this.file.close().then(() => done(null), done);
  }
}

async function* chunks(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; ) {
    const length = Math.min(chunkBytes, end - at);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
