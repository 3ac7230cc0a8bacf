/** Finds and loads the native addon. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { GanodeError } from '../errors.js';
import { type Candidate, isLibtorchCpu } from './candidate.js';
import { places } from './places.js';
import { Refusal } from './refusal.js';

const require = createRequire(import.meta.url);

let loadedFrom: string | undefined;

/** Where the addon was loaded from; undefined before it is. */
export function addonPath(): string | undefined {
  return loadedFrom;
}

/**
 * Loads the addon: the file that `GANODE_ADDON` names, or a build of one's own, or the platform's package. The first place that
 * has one decides: where that one will not do, no other is taken in its stead.
 * Throws `GanodeError` with code `ADDON`: one message with each place tried, what was found there, and what mends it.
 */
export function loadAddon(): unknown {
  const tried: string[] = [];
  let mend: string | undefined;
  for (const place of places()) {
    try {
      const candidate = place.find();
      if (candidate) return open(candidate);
      tried.push(`${place.what}: ${place.absent}`);
      mend ??= place.mend;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      tried.push(`${place.what}: ${error.message}`);
      mend = error.mend;
      break;
    }
  }
  throw new GanodeError(
    'ADDON',
    `The native addon could not be loaded. Tried ${tried.join('; ')}. To mend it: ${mend}`,
    { details: { tried, mend } },
  );
}

function open({ addon, libraries, libtorch }: Candidate): unknown {
  const other = libtorch && otherLibtorch(libtorch);
  if (other) {
    throw new Refusal(
      `it needs ${libtorch}, but this process has ${other} loaded, and two builds of libtorch cannot be in one process`,
      'use one of them a process',
    );
  }
  try {
    if (libraries.length > 0) {
      const { preload } = require(join(dirname(addon), 'preload.node')) as {
        preload(path: string): void;
      };
      for (const library of libraries) preload(library);
    }
    const exports: unknown = require(addon);
    loadedFrom = addon;
    return exports;
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n');
    throw new Refusal(line, mendOf(line));
  }
}

/** A libtorch that is loaded already, but the one given; undefined where there is none, or where the system does not tell. */
function otherLibtorch(wanted: string): string | undefined {
  const maps = '/proc/self/maps';
  if (!existsSync(maps)) return undefined;
  const paths = readFileSync(maps, 'utf8').match(/\/.*$/gm) ?? [];
  return paths.find((path) => isLibtorchCpu(path) && path !== realpathSync(wanted));
}

/** What helps against an error of the linker's. */
function mendOf(line: string): string {
  if (/GLIBCXX_|CXXABI_|libstdc\+\+/.test(line)) {
    return 'install the C++ library of GCC 12 or newer (package libstdc++6 on Debian and Ubuntu, libstdc++ on Fedora)';
  }
  if (/cannot open shared object file/.test(line)) {
    return 'put that library where the linker finds it (LD_LIBRARY_PATH); a CUDA build of libtorch needs those of CUDA';
  }
  return 'build it again (`npx ganode setup`), or install ganode again';
}
