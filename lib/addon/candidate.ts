/** An addon that lies somewhere, looked at before it is loaded: no library of another version, and no half a library, is opened. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { version } from '../package.js';
import { cudaLibraries, isCudaChosen } from './cuda.js';
import {
  type AddonManifest,
  fileProblem,
  librariesOf,
  type RuntimeManifest,
  readManifest,
} from './manifest.js';
import { isOlder, type Platform } from './platform.js';
import { Refusal } from './refusal.js';

export interface Candidate {
  addon: string;
  /** Libraries to open before it, by their paths, in this order. */
  libraries: string[];
  /** The file of libtorch that it will use, where that is known. */
  libtorch: string | undefined;
}

/**
 * What is known of an addon from the manifest beside it. Throws a `Refusal`; `mend` is the command where the addon itself is at
 * fault.
 */
export function examine(addon: string, platform: Platform, mend: string): Candidate {
  const path = join(dirname(addon), 'manifest.json');
  if (!existsSync(path)) return { addon, libraries: [], libtorch: undefined };
  const manifest = attempt(() => readManifest<AddonManifest>(path), mend);
  if (manifest.ganode !== version) {
    throw new Refusal(`${addon} is of ganode ${manifest.ganode}, this is ${version}`, mend);
  }
  const { glibc } = manifest;
  if (glibc && platform.libcVersion && isOlder(platform.libcVersion, glibc)) {
    throw new Refusal(
      `it needs glibc ${glibc} or newer, this system has ${platform.libcVersion}`,
      'use a newer system (Debian 12, Ubuntu 22.04, Fedora 36 or newer), or build from source with `npx ganode setup --libtorch DIR`',
    );
  }
  const files = manifest.files ?? [];
  const problem = fileProblem(path, files);
  if (problem) throw new Refusal(problem, mend);
  const libraries = manifest.runtime ? runtimeLibraries(addon, manifest, manifest.runtime) : [];
  const known = [...libraries, ...files.map(({ name }) => resolve(dirname(path), name))];
  return { addon, libraries, libtorch: known.find((file) => isLibtorchCpu(file)) };
}

/** The file with libtorch's operators for the CPU, which every build of it has. */
export function isLibtorchCpu(path: string): boolean {
  return /^(lib)?torch_cpu\.(so|dylib|dll)$/.test(basename(path));
}

/**
 * The libraries that a prebuilt addon uses: libtorch's CUDA build where `ganode setup --cuda` chose it, else the runtime
 * package, as Node finds it from the addon's, in whatever layout a package manager has made.
 */
function runtimeLibraries(
  addon: string,
  { libtorch }: AddonManifest,
  runtime: { package: string; version: string },
): string[] {
  if (isCudaChosen(libtorch.version)) return cudaLibraries(libtorch.version);
  const path = resolveFrom(addon, `${runtime.package}/manifest.json`);
  if (!path) throw new Refusal(`its package ${runtime.package} is missing`, reinstall);
  return attempt(() => librariesOf(path, readManifest<RuntimeManifest>(path), libtorch), reinstall);
}

/** Mends packages: npm leaves alone what seems to be installed, so it has to go first. */
export const reinstall = `\`npm uninstall ganode && npm install ganode@${version}\``;

/** Where Node finds a file of a package, seen from another file; undefined where it is not. */
export function resolveFrom(from: string, request: string): string | undefined {
  try {
    return createRequire(from).resolve(request);
  } catch {
    return undefined;
  }
}

function attempt<T>(read: () => T, mend: string): T {
  try {
    return read();
  } catch (error) {
    throw new Refusal((error as Error).message, mend);
  }
}
