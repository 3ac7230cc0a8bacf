// The package with the prebuilt addon, made by prebuildify: stripped, its run paths relative.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import prebuildify from 'prebuildify';
import { buildDir, buildPacked, recorderName } from '../cuda-check/build.mjs';
import { versionOf } from '../libtorch/inspect.mjs';
import { projectDir } from '../paths.mjs';
import { exportedSymbols, oldestGlibc, runPaths } from './elf.mjs';
import { runtimeName, runtimeVersion } from './runtime.mjs';
import {
  fileEntry,
  freshDir,
  nativeFields,
  platform,
  project,
  stageDir,
  writeJson,
} from './stage.mjs';

export const addonName = `@ganode/${platform}`;
const shim = fileURLToPath(new URL('./node-gyp.mjs', import.meta.url));

/** `ganode.node` or `preload.node` as it is packed; returns its path. */
async function prebuild(name) {
  const cwd = join(stageDir, 'prebuild', name);
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd, { recursive: true });
  const options = {
    ...{ cwd, name, napi: true, strip: true, nodeGyp: shim, quiet: true },
    targets: [{ runtime: 'node', target: process.versions.node }],
  };
  process.env.GANODE_ADDON_NAME = name;
  await new Promise((resolve, reject) =>
    prebuildify(options, (error) => (error ? reject(error) : resolve())),
  );
  return join(cwd, 'prebuilds', platform, `${name}.node`);
}

/**
 * `ganode_cuda.so`, which records steps on a GPU, as it is packed: of `npm run check:cuda`, where that was run for this libtorch.
 * Returns its path, or undefined.
 */
export function packedRecorder(libtorch) {
  const manifest = join(projectDir, buildDir, 'Release', 'manifest.json');
  if (!existsSync(manifest)) return undefined;
  const built = JSON.parse(readFileSync(manifest, 'utf8')).libtorch;
  const fits = built.variant === 'cuda' && built.version === versionOf(libtorch);
  return fits ? buildPacked('packed_cuda', recorderName) : undefined;
}

/** Lays the package out; `recorder`: the path of `ganode_cuda.so` where there is one. Returns its folder. */
export async function stageAddon(libtorch, recorder) {
  const dir = freshDir(addonName);
  const addons = ['ganode.node', 'preload.node'];
  for (const name of addons)
    copyFileSync(await prebuild(name.replace('.node', '')), join(dir, name));
  if (recorder) {
    copyFileSync(recorder, join(dir, recorderName));
    execFileSync('strip', ['--strip-unneeded', join(dir, recorderName)]);
  }
  const names = recorder ? [...addons, recorderName] : addons;
  if (process.platform === 'linux') for (const name of names) check(join(dir, name));
  const glibc = oldestGlibc(names.map((name) => join(dir, name)));

  const runtime = { package: runtimeName, version: runtimeVersion(libtorch) };
  writeJson(join(dir, 'manifest.json'), {
    ganode: project.version,
    libtorch: { version: versionOf(libtorch), variant: 'cpu' },
    runtime,
    ...(glibc && { glibc }),
    files: names.map((name) => fileEntry(dir, name)),
  });
  const description = `Prebuilt native addon of ganode for ${platform}`;
  writeJson(join(dir, 'package.json'), {
    ...nativeFields(addonName, project.version, description),
    files: [...names, 'manifest.json'],
    dependencies: { [runtime.package]: runtime.version },
  });
  writeFileSync(
    join(dir, 'README.md'),
    `# ${addonName}\n\n${description}, which installs it by itself.\n`,
  );
  copyFileSync(join(projectDir, 'LICENSE'), join(dir, 'LICENSE'));
  return dir;
}

/** Nothing of the machine that built it, and nothing of libtorch shown again. */
function check(file) {
  if (!existsSync(file)) throw new Error(`${file} was not built`);
  const absolute = runPaths(file).filter((path) => !path.startsWith('$ORIGIN/'));
  if (absolute.length > 0) throw new Error(`${file} has run paths ${absolute.join(', ')}`);
  // No library is linked against `ganode_cuda.so`, so it does not matter which symbols that one exports.
  if (!file.endsWith('.node')) return;
  const foreign = exportedSymbols(file).filter((name) => !/^(napi|node_api)_/.test(name));
  if (foreign.length > 0) throw new Error(`${file} exports ${foreign.slice(0, 5).join(', ')}`);
}
