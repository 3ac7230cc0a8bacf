// Files of the packages that the tests install. Ours come from dist-packages; others are fetched once, through npm, into the
// cache, before the network is cut.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, projectDir } from '../paths.mjs';
import { npmOutput } from '../run.mjs';
import { closure, isForHere } from './lockfile.mjs';

const cache = join(cacheDir(), 'install-test');
export const packedDir = join(projectDir, 'dist-packages');

/** Versions of Node that the packages are tried with: the oldest that `engines` permits, and newer ones. */
export const nodeVersions = ['20.17.0', '22.23.3', '24.9.0'];

function fileOf({ name, version }) {
  return join(cache, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
}

function fetchAll(wanted) {
  mkdirSync(cache, { recursive: true });
  const missing = wanted.filter((each) => !existsSync(fileOf(each)));
  if (missing.length === 0) return;
  const names = missing.map(({ name, version }) => `${name}@${version}`);
  npmOutput(['pack', '--silent', '--pack-destination', cache, ...names], cache);
}

/** Our packages: `{ manifest, file }`. */
export function ours() {
  if (!existsSync(packedDir)) throw new Error('dist-packages is not there; run npm run pack:all');
  return readdirSync(packedDir)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => {
      const file = join(packedDir, name);
      const text = execFileSync('tar', ['-xzOf', file, 'package/package.json'], {
        encoding: 'utf8',
      });
      return { manifest: JSON.parse(text), file };
    });
}

/** All that the registry of the tests has: `{ manifest, file }`; `file` is undefined for packages of other platforms. */
export function packagesFor(extra) {
  const own = ours();
  const names = Object.keys(
    own.find(({ manifest }) => manifest.name === 'ganode').manifest.dependencies,
  );
  const others = closure([...names, ...extra]);
  fetchAll(others.filter(isForHere));
  return [
    ...own,
    ...others.map((manifest) => ({
      manifest,
      file: isForHere(manifest) ? fileOf(manifest) : undefined,
    })),
  ];
}

/** The program of a version of Node, from npm's package of it. */
export function nodeOf(version) {
  const name = `node-${process.platform}-${process.arch}`;
  const dir = join(cache, `${name}-${version}`);
  const program = join(dir, 'package', 'bin', 'node');
  if (existsSync(program)) return program;
  fetchAll([{ name, version }]);
  mkdirSync(dir, { recursive: true });
  execFileSync('tar', ['-xzf', fileOf({ name, version }), '-C', dir, 'package/bin/node']);
  return program;
}

export function integrityOf(file) {
  return `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
}
