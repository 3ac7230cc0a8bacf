// The manifest beside a fetched CUDA build: what the loader of the prebuilt addon (lib/addon) opens of it, and by which it sees
// that the libraries are whole.
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { variantOf, versionOf } from './inspect.mjs';

/**
 * Libraries that the loader opens, in this order. What else they need, those of CUDA among it, they find by their own run
 * paths, which the linker follows from the folder in which they lie.
 */
const inOrder = ['libc10.so', 'libtorch_cpu.so', 'libc10_cuda.so', 'libtorch_cuda.so'];

/**
 * Writes `dir/manifest.json`; `dir` has `torch/`, and the libraries of CUDA in `torch/lib/` or `nvidia/`. On a system whose
 * libraries have other names there is no prebuilt addon to use it, and none is written.
 */
export function writeRuntimeManifest(dir) {
  const torch = join(dir, 'torch');
  const files = inOrder.map((name) => `torch/lib/${name}`);
  if (!files.every((name) => existsSync(join(dir, name)))) return;
  const entry = (name) => ({ name, bytes: statSync(join(dir, name)).size });
  const manifest = {
    libtorch: { version: versionOf(torch), variant: variantOf(torch) },
    files: files.map(entry),
    opened: sharedLibraries(dir)
      .filter((name) => !files.includes(name))
      .map(entry),
  };
  writeFileSync(join(dir, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Paths of all shared libraries, relative to `dir`. */
function sharedLibraries(dir) {
  return ['torch/lib', 'nvidia']
    .filter((part) => existsSync(join(dir, part)))
    .flatMap((part) =>
      readdirSync(join(dir, part), { recursive: true }).map((name) => `${part}/${name}`),
    )
    .filter((name) => /\.so(\.\d+)*$/.test(name))
    .sort();
}
