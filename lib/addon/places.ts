/** Where an addon may lie, in the order of preference. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageDir } from '../package.js';
import { type Candidate, examine, reinstall, resolveFrom } from './candidate.js';
import { type AddonManifest, readManifest } from './manifest.js';
import { type Platform, packagesOf, thisPlatform, unsupported } from './platform.js';
import { Refusal } from './refusal.js';

export interface Place {
  /** As messages name it. */
  what: string;
  /** What lies there; undefined where nothing does. Throws a `Refusal` for what lies there and will not do. */
  find(): Candidate | undefined;
  /** What finding nothing means, and the command that puts something there. */
  absent: string;
  mend?: string;
}

/** The file that `GANODE_ADDON` names, and only that; or a build of one's own, or the platform's package. */
export function places(env: NodeJS.ProcessEnv = process.env): Place[] {
  const explicit = env['GANODE_ADDON'];
  return explicit ? [explicitAddon(explicit, env)] : [localBuild(env), platformPackage(env)];
}

function explicitAddon(path: string, env: NodeJS.ProcessEnv): Place {
  const mend = 'set GANODE_ADDON to an addon that fits, or unset it';
  return {
    what: 'GANODE_ADDON',
    find: () => (existsSync(path) ? examine(path, thisPlatform(env), mend) : undefined),
    absent: `${path} is not there`,
    mend,
  };
}

/** Where a build of one's own lies. */
const localAddon = join(packageDir, 'build', 'Release', 'ganode.node');

/** The manifest of the platform's package as it is installed; undefined where it is not. */
function packageManifest(platform: Platform): string | undefined {
  const { addon } = packagesOf(platform.name);
  return resolveFrom(join(packageDir, 'package.json'), `${addon}/manifest.json`);
}

/**
 * What the prebuilt addon's manifest says, where that addon is what is loaded without GANODE_ADDON; undefined where no package
 * has one for this platform, or a build of one's own comes before it. Throws an `Error` for a manifest that cannot be read.
 */
export function prebuiltAddon(env: NodeJS.ProcessEnv = process.env): AddonManifest | undefined {
  const platform = thisPlatform(env);
  if (unsupported(platform) || existsSync(localAddon)) return undefined;
  const path = packageManifest(platform);
  return path === undefined ? undefined : readManifest<AddonManifest>(path);
}

/** In a clone `npm run setup` makes it; `ganode setup` where ganode was installed. */
function localBuild(env: NodeJS.ProcessEnv): Place {
  const path = localAddon;
  const isClone = existsSync(join(packageDir, 'tsconfig.json'));
  const command = isClone ? '`npm run setup`' : '`npx ganode setup`';
  return {
    what: 'local build',
    find: () => (existsSync(path) ? examine(path, thisPlatform(env), command) : undefined),
    absent: `${path} is not there`,
    ...(isClone && { mend: command }),
  };
}

function platformPackage(env: NodeJS.ProcessEnv): Place {
  const platform = thisPlatform(env);
  const { addon: name } = packagesOf(platform.name);
  const problem = unsupported(platform);
  return {
    what: problem ? 'prebuilt' : `package ${name}`,
    find() {
      if (problem) throw new Refusal(...problem);
      const manifest = packageManifest(platform);
      if (manifest === undefined) return undefined;
      return examine(join(dirname(manifest), 'ganode.node'), platform, reinstall);
    },
    absent: 'it is not installed',
    mend: reinstall,
  };
}
