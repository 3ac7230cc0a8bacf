// Builds the addon with cmake-js against the libtorch that scripts/libtorch.mjs finds. What is up to date is left alone.
//
//   node scripts/build-native.mjs
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findLibtorch } from './libtorch.mjs';
import { projectDir } from './paths.mjs';

export async function buildNative({ log = (line) => console.error(line) } = {}) {
  const libtorch = await findLibtorch({ log });
  // Node itself runs cmake-js: its own launcher may not be on PATH.
  const cli = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js');
  const run = spawnSync(
    process.execPath,
    [cli, 'build', '--out', 'build', `--CDGANODE_LIBTORCH=${libtorch}`],
    { cwd: projectDir, stdio: ['ignore', 2, 2] },
  );
  if (run.status !== 0) throw new Error('the native build failed; its output is above');
  return join(projectDir, 'build', 'Release', 'ganode.node');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await buildNative();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
