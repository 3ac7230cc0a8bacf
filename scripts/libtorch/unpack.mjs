// Unpacks zip archives: wheels are some.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';

/**
 * Writes the files for which `place(name)` gives a path under `dir`; undefined leaves a file out. Every file is held against
 * its CRC-32 in the archive.
 */
export async function unpack(file, dir, place) {
  // Only here: a fresh clone asks for the folder of libtorch before anything is installed.
  const { default: yauzl } = await import('yauzl');
  const zip = await new Promise((resolve, reject) =>
    yauzl.open(file, { lazyEntries: true, autoClose: true }, (error, opened) =>
      error ? reject(error) : resolve(opened),
    ),
  );
  const open = (entry) =>
    new Promise((resolve, reject) =>
      zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream))),
    );
  await new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', resolve);
    zip.on('entry', (entry) => {
      const path = entry.fileName.endsWith('/') ? undefined : place(entry.fileName);
      if (path === undefined) return zip.readEntry();
      const target = join(dir, path);
      const mode = (entry.externalFileAttributes >>> 16) & 0o777 || 0o644;
      mkdir(dirname(target), { recursive: true })
        .then(() => open(entry))
        .then((stream) => pipeline(stream, checked(entry), createWriteStream(target, { mode })))
        .then(() => zip.readEntry(), reject);
    });
    zip.readEntry();
  });
}

/** Passes everything on, and fails at the end where it was not what the archive says. */
function checked(entry) {
  let value = 0;
  return new Transform({
    transform(chunk, _encoding, done) {
      value = crc32(chunk, value);
      done(null, chunk);
    },
    flush(done) {
      const wrong = value !== entry.crc32;
      done(
        wrong ? new Error(`${entry.fileName}: its checksum is not what the archive says`) : null,
      );
    },
  });
}
