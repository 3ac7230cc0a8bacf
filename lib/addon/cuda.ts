/**
 * libtorch's CUDA build in the cache, which `ganode setup --cuda` fetches for the prebuilt addon. A mark beside it says that the
 * addon is to use it in place of the package with the CPU build.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../cache.js';
import { librariesOf, type RuntimeManifest, readManifest } from './manifest.js';
import { Refusal } from './refusal.js';

/** What mends a CUDA build that is damaged, or does without it. */
const mend =
  'fetch it again with `npx ganode setup --cuda`, or go back to the CPU build with `npx ganode setup --cpu`';

/** `findLibtorch` of scripts/libtorch.mjs keeps it there. */
export function cudaDir(version: string): string {
  return join(cacheDir(), `libtorch-${version}-cuda`);
}

function markOf(version: string): string {
  return join(cudaDir(version), 'chosen.txt');
}

/** Whether `ganode setup --cuda` chose the CUDA build of a version of libtorch. */
export function isCudaChosen(version: string): boolean {
  return existsSync(markOf(version));
}

/** Lets the prebuilt addon use the CUDA build of a version of libtorch, which has to be there. */
export function chooseCuda(version: string): void {
  const text =
    'Written by `ganode setup --cuda`: the prebuilt addon of ganode uses the libraries here. `ganode setup --cpu` removes it.\n';
  writeFileSync(markOf(version), text);
}

/** Lets the prebuilt addon use the CPU build again; the fetched libraries stay. */
export function leaveCuda(version: string): void {
  rmSync(markOf(version), { force: true });
}

/** The paths of the CUDA build's libraries in the order in which they are opened. Throws a `Refusal` where it is not whole. */
export function cudaLibraries(version: string): string[] {
  const path = join(cudaDir(version), 'manifest.json');
  try {
    const manifest = readManifest<RuntimeManifest>(path);
    return librariesOf(path, manifest, { version, variant: 'cuda' });
  } catch (error) {
    throw new Refusal((error as Error).message, mend);
  }
}

/** What is wrong with the CUDA build of a version of libtorch, as it lies in the cache; undefined where it is whole. */
export function cudaProblem(version: string): string | undefined {
  try {
    cudaLibraries(version);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
