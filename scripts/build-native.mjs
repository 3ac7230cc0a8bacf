// Builds the addon with cmake-js against a libtorch. What is up to date is left alone. Beside it lands a manifest, which the
// loader reads before it loads anything: which libtorch it was built for.
//
//   node scripts/build-native.mjs
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { variantOf, versionOf } from './libtorch/inspect.mjs';
import { findLibtorch } from './libtorch.mjs';
import { platformName, projectDir } from './paths.mjs';

/**
 * `libtorch`: a folder; by default what `findLibtorch` finds. `dir`: the build folder, in the project's. `definitions`: more of
 * CMake's variables. Returns the path of the addon.
 */
export async function buildNative({
  log = (line) => console.error(line),
  dir: build = 'build',
  ...options
} = {}) {
  const libtorch = options.libtorch ?? (await findLibtorch({ log }));
  // Node itself runs cmake-js: its own launcher may not be on PATH.
  const cli = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js');
  const definitions = {
    GANODE_LIBTORCH: libtorch,
    GANODE_PLATFORM: platformName(),
    ...options.definitions,
  };
  const flags = Object.entries(definitions).map(([name, value]) => `--CD${name}=${value}`);
  const cmakeJs = (command) => {
    const options = { cwd: projectDir, stdio: ['ignore', 2, 2] };
    const run = spawnSync(process.execPath, [cli, command, '--out', build, ...flags], options);
    if (run.status !== 0) throw new Error('the native build failed; its output is above');
  };
  // By itself cmake-js goes on with what the build folder was configured for.
  if (![undefined, libtorch].includes(configuredFor(build))) cmakeJs('configure');
  cmakeJs('build');
  const dir = join(projectDir, build, 'Release');
  writeManifest(dir, libtorch);
  return join(dir, 'ganode.node');
}

/** Says beside an addon which libtorch it was built for. `dir`: the addon's folder; `libtorch`: that libtorch's. */
export function writeManifest(dir, libtorch) {
  const { version } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8'));
  const manifest = {
    ganode: version,
    libtorch: { version: versionOf(libtorch), variant: variantOf(libtorch) },
    files: linked(libtorch),
  };
  writeFileSync(join(dir, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The libtorch that the build folder is configured for; undefined where it is not yet. */
function configuredFor(build) {
  const cache = join(projectDir, build, 'CMakeCache.txt');
  if (!existsSync(cache)) return undefined;
  return readFileSync(cache, 'utf8').match(/^GANODE_LIBTORCH:\w+=(.*)$/m)?.[1];
}

/** Libraries of libtorch, by which the loader sees that another has come in its place. */
function linked(libtorch) {
  const dir = resolve(libtorch, 'lib');
  return readdirSync(dir)
    .filter((name) => /^(lib)?(torch_cpu|torch_cuda|c10)\.(so|dylib|dll)$/.test(name))
    .map((name) => ({ name: join(dir, name), bytes: statSync(join(dir, name)).size }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await buildNative();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
