// A registry on the loopback, of files: as much of npm's protocol as installing asks for.
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { integrityOf } from './tarballs.mjs';

/** Serves `{ manifest, file }` packages; returns its address and what closes it. */
export async function serveRegistry(packages) {
  const files = new Map();
  const documents = new Map();
  let origin = '';
  for (const { manifest, file } of packages) {
    if (file) files.set(`/-/${basename(file)}`, file);
    const known = documents.get(manifest.name) ?? [];
    documents.set(manifest.name, [...known, { manifest, file }]);
  }
  const integrity = new Map();
  const describe = ({ manifest, file }) => {
    if (file && !integrity.has(file)) integrity.set(file, integrityOf(file));
    const tarball = `${origin}/-/${basename(file ?? `${manifest.name.replace('/', '-')}.tgz`)}`;
    return {
      ...manifest,
      dist: { tarball, integrity: file ? integrity.get(file) : manifest.integrity },
    };
  };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, origin).pathname);
    const file = files.get(path);
    if (file) return createReadStream(file).pipe(response);
    const versions = documents.get(path.slice(1));
    if (!versions) return response.writeHead(404).end('{}');
    const entries = versions.map((each) => [each.manifest.version, describe(each)]);
    const body = {
      name: path.slice(1),
      'dist-tags': { latest: entries[0][0] },
      versions: Object.fromEntries(entries),
      // Long ago: some package managers hold back what is new.
      time: Object.fromEntries(entries.map(([version]) => [version, '2020-01-01T00:00:00.000Z'])),
    };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, close: () => server.close() };
}
