/** Where libtorch comes from, without fetching the real one. */

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryDir } from '../helpers/tiny.js';

type Find = (options: Record<string, unknown>) => Promise<string>;
const { findLibtorch } = (await import(
  new URL('../../scripts/libtorch.mjs', import.meta.url).href
)) as { findLibtorch: Find };

type Download = (url: string, file: string, options?: Record<string, unknown>) => Promise<void>;
const { download } = (await import(
  new URL('../../scripts/libtorch/download.mjs', import.meta.url).href
)) as { download: Download };

/** A server of one answer. */
async function serve(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server: Server = createServer({}, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/torch.whl`;
}

const noPip = { pipCommands: [['no-such-pip']] };

it.skipIf(process.platform !== 'linux')(
  'refuses a cache that cannot be made, and comes back',
  async () => {
    const env = { GANODE_CACHE: '/proc/ganode/cache' };
    await expect(findLibtorch({ env, ...noPip })).rejects.toThrow(/ENOENT.*\/proc\/ganode/);
  },
);

it('takes LIBTORCH, and refuses a folder without it', async () => {
  const dir = await temporaryDir();
  await expect(findLibtorch({ env: { LIBTORCH: dir } })).rejects.toThrow(/no libtorch is there/);
  await mkdir(join(dir, 'lib'));
  await mkdir(join(dir, 'share', 'cmake', 'Torch'), { recursive: true });
  await writeFile(join(dir, 'share', 'cmake', 'Torch', 'TorchConfigVersion.cmake'), '');
  expect(await findLibtorch({ env: { LIBTORCH: dir } })).toBe(dir);
});

it.each([
  [
    'a download that is cut short',
    { 'content-length': '1000' },
    {},
    /terminated|cut short|aborted/,
  ],
  [
    'a wrong SHA-256',
    {},
    { 'torch.whl': '0'.repeat(64) },
    /SHA-256 is [0-9a-f]{64}, expected 0000/,
  ],
  ['what is no wheel', {}, {}, /central directory|no torch/i],
])(
  'leaves no half-cache after %s, and says all that it tried',
  async (_, headers, hashes, message) => {
    const url = await serve((_request, response) => {
      response.writeHead(200, headers);
      response.write('not a wheel');
      if ('content-length' in headers) setTimeout(() => response.destroy(), 20);
      else response.end();
    });
    const cache = await temporaryDir();
    const env = { GANODE_CACHE: cache };
    const error = await findLibtorch({ env, url, hashes, ...noPip }).then(
      () => new Error('found'),
      (thrown: Error) => thrown,
    );
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(
      /could not be had\. Tried:[\s\S]*no-such-pip[\s\S]*Set LIBTORCH to a folder/,
    );
    expect(await readdir(cache)).toEqual(['downloads']);
    expect(
      (await readdir(join(cache, 'downloads'))).filter((name) => !name.includes('.part')),
    ).toEqual([]);
  },
);

it('says that a site does not answer', async () => {
  const cache = await temporaryDir();
  const url = await serve((_request, response) => response.writeHead(404).end());
  await expect(findLibtorch({ env: { GANODE_CACHE: cache }, url, ...noPip })).rejects.toThrow(
    /answered 404/,
  );
});

it('goes on where a download was cut off, if the server still has the same file', async () => {
  const body = Buffer.alloc(3_000_000, 'libtorch');
  const ranges: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    const { range } = request.headers;
    ranges.push(range);
    const start = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
    const length = String(body.length - start);
    response.writeHead(range ? 206 : 200, { etag: '"one"', 'content-length': length });
    if (range) return response.end(body.subarray(start));
    response.write(body.subarray(0, 1_000_000));
    setTimeout(() => response.destroy(), 50);
  });
  const dir = await temporaryDir();
  const file = join(dir, 'archive');
  const seen: number[] = [];
  await download(url, file, { progress: (received: number) => seen.push(received) });
  expect(await readFile(file)).toEqual(body);
  expect(ranges).toHaveLength(2);
  expect(ranges[1]).toMatch(/^bytes=\d+-$/);
  expect(seen.at(-1)).toBe(body.length);
  expect(await readdir(dir)).toEqual(['archive']);
});

it('starts anew where the server has another file by now', async () => {
  const dir = await temporaryDir();
  const file = join(dir, 'archive');
  await writeFile(`${file}.part`, 'old');
  await writeFile(`${file}.part.tag`, '"old"');
  const url = await serve((_request, response) => response.writeHead(200).end('new file'));
  await download(url, file);
  expect(await readFile(file, 'utf8')).toBe('new file');
});
