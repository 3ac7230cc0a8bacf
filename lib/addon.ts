/** Finds and loads the native addon. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GanodeError } from './errors.js';

const require = createRequire(import.meta.url);
/** The package's folder: this file lies in `lib/` or, built, in `dist/`. */
const packageDir = dirname(dirname(fileURLToPath(import.meta.url)));

let loadedFrom: string | undefined;

/** Where the addon was loaded from; undefined before it is. */
export function addonPath(): string | undefined {
  return loadedFrom;
}

/** Places in which an addon may lie, in the order of preference. */
function candidates(): { path: string; what: string }[] {
  const explicit = process.env['GANODE_ADDON'];
  if (explicit) return [{ path: explicit, what: 'GANODE_ADDON' }];
  return [
    { path: join(packageDir, 'build', 'Release', 'ganode.node'), what: 'local build' },
    {
      path: join(packageDir, 'prebuilds', `${process.platform}-${process.arch}`, 'ganode.node'),
      what: 'prebuilt binary',
    },
  ];
}

/**
 * Loads the addon: the file that `GANODE_ADDON` names, or a local build, or a prebuilt binary.
 * Throws `GanodeError` with code `ADDON`: one message with each place tried and what was wrong there.
 */
export function loadAddon(): unknown {
  const failures: string[] = [];
  for (const { path, what } of candidates()) {
    if (!existsSync(path)) {
      failures.push(`${what}: ${path} is not there`);
      continue;
    }
    try {
      const addon: unknown = require(path);
      loadedFrom = path;
      return addon;
    } catch (error) {
      failures.push(`${what}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  throw new GanodeError(
    'ADDON',
    `The native addon could not be loaded (${failures.join('; ')}). In a clone of ganode, \`npm run setup\` builds it.`,
  );
}
