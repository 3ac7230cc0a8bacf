/** Where what can be made again is kept. */
import { homedir, platform } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/**
 * The folder `GANODE_CACHE`, or `ganode` among the platform's caches (Linux: `XDG_CACHE_HOME` where that is an absolute path, or
 * `~/.cache`). May not exist yet. `scripts/paths.mjs` decides the same before anything is built.
 */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const { GANODE_CACHE, LOCALAPPDATA, XDG_CACHE_HOME = '' } = env;
  if (GANODE_CACHE) return resolve(GANODE_CACHE);
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Caches', 'ganode');
  if (platform() === 'win32') {
    return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'ganode', 'Cache');
  }
  const caches = isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), '.cache');
  return join(caches, 'ganode');
}
