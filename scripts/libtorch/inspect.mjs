// What a folder of libtorch is.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const versionFile = (dir) => join(dir, 'share', 'cmake', 'Torch', 'TorchConfigVersion.cmake');

/** Whether it has what a build and a run need. */
export function isLibtorch(dir) {
  return existsSync(versionFile(dir)) && existsSync(join(dir, 'lib'));
}

/** Such as `2.13.0`. */
export function versionOf(dir) {
  const [, version] =
    /PACKAGE_VERSION "(\d+\.\d+\.\d+)/.exec(readFileSync(versionFile(dir), 'utf8')) ?? [];
  if (!version) throw new Error(`${versionFile(dir)} names no version`);
  return version;
}

/** `'cuda'` where libtorch can use a GPU of NVIDIA's, else `'cpu'`. */
export function variantOf(dir) {
  const names = ['libtorch_cuda.so', 'torch_cuda.dll'];
  return names.some((name) => existsSync(join(dir, 'lib', name))) ? 'cuda' : 'cpu';
}
