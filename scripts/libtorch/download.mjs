// Downloads that go on where they were cut off.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export const patience = {
  /** For the answer to begin. */
  connectMilliseconds: 15_000,
  /** Between two pieces of the body. */
  stallMilliseconds: 60_000,
  /** Times that a connection that moved something may break. */
  attempts: 5,
};

/**
 * Downloads `url` to `file`. What there is of it lies in `file.part` meanwhile, and a later call goes on from there if the
 * server still has the same file. `progress(received, total)`: bytes; `total` is undefined where the server does not tell.
 */
export async function download(url, file, { progress = () => {}, ...limits } = {}) {
  const options = { ...patience, ...limits };
  const part = `${file}.part`;
  for (let attempt = 1; ; attempt += 1) {
    const before = await sizeOf(part);
    try {
      await receive(url, part, progress, options);
      await rename(part, file);
      await rm(`${part}.tag`, { force: true });
      return;
    } catch (error) {
      const moved = (await sizeOf(part)) > before;
      if (!moved || attempt >= options.attempts) throw error;
    }
  }
}

async function receive(url, part, progress, { connectMilliseconds, stallMilliseconds }) {
  const tag = await readFile(`${part}.tag`, 'utf8').catch(() => undefined);
  const offset = tag === undefined ? 0 : await sizeOf(part);
  // The tag says which file the bytes are of: where the server has another by now, it sends that from its start.
  const headers = offset > 0 ? { range: `bytes=${offset}-`, 'if-range': tag } : {};
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(new Error('no answer in time')), connectMilliseconds);
  const stillThere = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(new Error('nothing came for a while')), stallMilliseconds);
  };
  try {
    const response = await fetch(url, { headers, signal: abort.signal });
    if (response.status === 416) await rm(part, { force: true });
    if (!response.ok || response.body === null) throw new Error(`answered ${response.status}`);
    const resumed = response.status === 206;
    const start = resumed ? offset : 0;
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = length > 0 ? start + length : undefined;
    if (!resumed) await rememberTag(part, response.headers.get('etag'));
    let received = start;
    const count = new Transform({
      transform(chunk, _encoding, done) {
        stillThere();
        received += chunk.length;
        progress(received, total);
        done(null, chunk);
      },
    });
    const sink = createWriteStream(part, { flags: resumed ? 'a' : 'w' });
    await pipeline(Readable.fromWeb(response.body), count, sink);
    if (total !== undefined && received !== total) {
      throw new Error(`cut short: ${received} of ${total} bytes`);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** A weak tag says nothing of bytes: such a download starts anew. */
async function rememberTag(part, tag) {
  if (tag && !tag.startsWith('W/')) await writeFile(`${part}.tag`, tag);
  else await rm(`${part}.tag`, { force: true });
}

async function sizeOf(path) {
  return (await stat(path).catch(() => ({ size: 0 }))).size;
}

export async function sha256(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
