/** Where what can be made again is kept. */
import { homedir, platform } from 'node:os';
import { join } from 'node:path';

/** The folder `GANODE_CACHE`, or `ganode` among the platform's caches (Linux: `XDG_CACHE_HOME` or `~/.cache`). May not exist yet. */
export function cacheDir(): string {
  const { GANODE_CACHE, LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  if (GANODE_CACHE) return GANODE_CACHE;
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Caches', 'ganode');
  if (platform() === 'win32') {
    return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'ganode', 'Cache');
  }
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'ganode');
}
