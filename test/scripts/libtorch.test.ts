/** Where libtorch comes from, without fetching the real one. */

import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryDir } from '../helpers/tiny.js';

type Find = (options: Record<string, unknown>) => Promise<string>;
const { findLibtorch } = (await import(
  new URL('../../scripts/libtorch.mjs', import.meta.url).href
)) as { findLibtorch: Find };

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

it('takes LIBTORCH, and refuses a folder without it', async () => {
  const dir = await temporaryDir();
  await expect(findLibtorch({ env: { LIBTORCH: dir } })).rejects.toThrow(/no libtorch is there/);
  await mkdir(join(dir, 'lib'));
  await mkdir(join(dir, 'share', 'cmake', 'Torch'), { recursive: true });
  await writeFile(join(dir, 'share', 'cmake', 'Torch', 'TorchConfig.cmake'), '');
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
    expect(await readdir(cache)).toEqual([]);
  },
);

it('says that a site does not answer', async () => {
  const cache = await temporaryDir();
  const url = await serve((_request, response) => response.writeHead(404).end());
  await expect(findLibtorch({ env: { GANODE_CACHE: cache }, url, ...noPip })).rejects.toThrow(
    /answered 404/,
  );
});
