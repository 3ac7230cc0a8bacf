// Builds the addons and the library that records steps, in a folder of their own.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildNative } from '../build-native.mjs';
import { projectDir } from '../paths.mjs';
import { npm } from '../run.mjs';

/** In the project's folder. scripts/pack takes the library that records steps from there. */
export const buildDir = join('build', 'cuda-check');
/** The library that records steps, beside the addon. */
export const recorderName = 'ganode_cuda.so';

export async function build(state) {
  const start = performance.now();
  state.build = join(projectDir, buildDir);
  const log = (line) => console.error(line);
  const definitions = { CMAKE_UNITY_BUILD: 'ON' };
  state.addon = await buildNative({ log, dir: buildDir, libtorch: state.libtorch, definitions });
  const recorder = join(state.build, 'Release', recorderName);
  if (!existsSync(recorder)) {
    throw new Error(
      `${recorder} was not built: the headers of CUDA's runtime (pip's nvidia-cuda-runtime and nvidia-cuda-crt) were not found`,
    );
  }
  state.packed = buildPacked('packed', 'ganode.node');
  state.packedRecorder = buildPacked('packed_cuda', recorderName);
  npm(['run', '--silent', 'build']);
  const seconds = Math.round((performance.now() - start) / 1000);
  return `ganode.node, preload.node and ganode_cuda.so in ${seconds} s`;
}

/** What goes into packages; returns its path. */
export function buildPacked(target, name) {
  const dir = join(projectDir, buildDir);
  const options = { stdio: ['ignore', 2, 2] };
  const { status } = spawnSync('cmake', ['--build', dir, '--target', target], options);
  if (status !== 0) throw new Error(`${target} was not built; the output is above`);
  return join(dir, 'packed', name);
}
