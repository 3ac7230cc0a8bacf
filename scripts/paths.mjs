// Where things lie: the project, and the cache, which follows the platform's convention. Node's own modules only, since
// this runs before anything is installed.
import { arch, homedir, platform } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectDir = dirname(dirname(fileURLToPath(import.meta.url)));

/** `GANODE_CACHE` moves it. `lib/cache.ts` decides the same for what is built. */
export function cacheDir(env = process.env) {
  if (env.GANODE_CACHE) return resolve(env.GANODE_CACHE);
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Caches', 'ganode');
  if (platform() === 'win32') {
    return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'ganode', 'Cache');
  }
  // A relative path, or an empty one, is to be ignored (XDG Base Directory Specification).
  const caches = isAbsolute(env.XDG_CACHE_HOME ?? '')
    ? env.XDG_CACHE_HOME
    : join(homedir(), '.cache');
  return join(caches, 'ganode');
}

/** As packages are named: `linux-x64`, `darwin-arm64`. */
export function platformName() {
  return `${platform()}-${arch()}`;
}
