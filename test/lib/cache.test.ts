/** Where caches lie: built code and the scripts that build it agree. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { cacheDir } from '../../lib/cache.js';

type CacheDir = (env: Record<string, string>) => string;
const scripts = (await import(new URL('../../scripts/paths.mjs', import.meta.url).href)) as {
  cacheDir: CacheDir;
};

it.each<[Record<string, string>, string]>([
  [{ GANODE_CACHE: '/somewhere/else' }, '/somewhere/else'],
  [{ GANODE_CACHE: 'here' }, resolve('here')],
  [{ GANODE_CACHE: '', XDG_CACHE_HOME: '/caches' }, '/caches/ganode'],
  // An empty folder and a relative one do not count (XDG Base Directory Specification).
  [{ XDG_CACHE_HOME: '' }, join(homedir(), '.cache', 'ganode')],
  [{ XDG_CACHE_HOME: 'caches' }, join(homedir(), '.cache', 'ganode')],
  [{}, join(homedir(), '.cache', 'ganode')],
])('caches of %j', (env, expected) => {
  const isOwn = Boolean(env['GANODE_CACHE']);
  if (isOwn || process.platform === 'linux') expect(cacheDir(env)).toBe(expected);
  expect(scripts.cacheDir(env)).toBe(cacheDir(env));
});
