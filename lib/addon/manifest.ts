/** What packages of native files say of themselves, to be read before anything is loaded. `scripts/pack` writes them. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** A build of libtorch. */
export interface Libtorch {
  /** Such as `2.13.0`. */
  version: string;
  variant: 'cpu' | 'cuda';
}

export interface NativeFile {
  /** Path, absolute or relative to the manifest. */
  name: string;
  bytes: number;
  /** Hexadecimal; of packed files. */
  sha256?: string;
}

/** Beside the addon. */
export interface AddonManifest {
  /** Version of ganode that it was built from. */
  ganode: string;
  /** What it was built for. */
  libtorch: Libtorch;
  /** Package with the runtime libraries, of a prebuilt addon. */
  runtime?: { package: string; version: string };
  /** The oldest glibc that it runs on, of a prebuilt addon. */
  glibc?: string;
  /** Its own files, and of a build of one's own those of the libtorch that it was linked against. */
  files?: NativeFile[];
}

/** Beside the runtime libraries, which `files` has in the order in which they are loaded. */
export interface RuntimeManifest {
  libtorch: Libtorch;
  files: NativeFile[];
  /** Libraries that those open themselves, found by their own run paths. */
  opened?: NativeFile[];
}

/** Reads a manifest, or throws an `Error` that says what is wrong with it. */
export function readManifest<T extends AddonManifest | RuntimeManifest>(path: string): T {
  let manifest: Partial<T>;
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8')) as Partial<T>;
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as Error).message})`);
  }
  const { version, variant } = manifest.libtorch ?? {};
  if (typeof version !== 'string' || (variant !== 'cpu' && variant !== 'cuda')) {
    throw new Error(`${path} does not say which libtorch it is of`);
  }
  return manifest as T;
}

/** What is wrong with the files of a manifest, the first only: one that is missing, or of another size. */
export function fileProblem(
  manifestPath: string,
  files: readonly NativeFile[],
): string | undefined {
  for (const { name, bytes } of files) {
    const path = resolve(dirname(manifestPath), name);
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined) return `${path} is missing`;
    if (size !== bytes) return `${path} is damaged: expected ${bytes} bytes but it has ${size}`;
  }
  return undefined;
}

/**
 * The paths of the libraries that a manifest beside them has, in the order in which they are loaded. Throws an `Error` where
 * they are of another libtorch than `wanted`, or not whole.
 */
export function librariesOf(
  path: string,
  { libtorch, files, opened = [] }: RuntimeManifest,
  wanted: Libtorch,
): string[] {
  const [needs, has] = [nameOf(wanted), nameOf(libtorch)];
  if (!Array.isArray(files)) throw new Error(`${path} does not say which files there are`);
  if (needs !== has) throw new Error(`it needs ${needs}, but ${dirname(path)} has ${has}`);
  const problem = fileProblem(path, [...files, ...opened]);
  if (problem) throw new Error(problem);
  return files.map(({ name }) => resolve(dirname(path), name));
}

/** As people read it: `libtorch 2.13.0 (cpu)`. */
export function nameOf({ version, variant }: Libtorch): string {
  return `libtorch ${version} (${variant})`;
}
