// Builds the C++ tests of the core in a build folder that `buildNative` has made.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { projectDir } from './paths.mjs';
import { run } from './run.mjs';

/** `dir`: the build folder, in the project's. Returns the path of the program. */
export function buildCoreTest(dir = 'build') {
  const parallel = String(availableParallelism());
  run('cmake', ['--build', dir, '--target', 'ganode_core_test', '--parallel', parallel]);
  return join(projectDir, dir, 'ganode_core_test');
}
