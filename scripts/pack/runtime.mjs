// The package with libtorch's runtime libraries: those that the addon and they themselves ask for, and no more.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { variantOf, versionOf } from '../libtorch/inspect.mjs';
import { projectDir } from '../paths.mjs';
import { needed } from './elf.mjs';
import { fileEntry, freshDir, nativeFields, platform, writeJson } from './stage.mjs';

/**
 * Counts the packages that were made of one version of libtorch: raised when the package changes and libtorch does not. The
 * first has libtorch's own version.
 */
const repacked = 0;

export const runtimeName = `@ganode/libtorch-cpu-${platform}`;

export function runtimeVersion(libtorch) {
  return `${versionOf(libtorch)}${repacked ? `-${repacked}` : ''}`;
}

/** Lays the package out; returns its folder. */
export function stageRuntime(addon, libtorch) {
  if (variantOf(libtorch) !== 'cpu') {
    throw new Error(`${libtorch} has CUDA; the package is made of a libtorch for the CPU`);
  }
  if (!existsSync(join(libtorch, 'licenses'))) {
    throw new Error(`${libtorch} has no folder licenses/, which the package must carry`);
  }
  const dir = freshDir(runtimeName);
  const lib = join(dir, 'lib');
  mkdirSync(lib);
  const names = inOrderOfLoading(addon, join(libtorch, 'lib'));
  for (const name of names) {
    copyFileSync(join(libtorch, 'lib', name), join(lib, name));
    execFileSync('strip', ['--strip-unneeded', join(lib, name)]);
  }
  cpSync(join(libtorch, 'licenses'), join(dir, 'licenses', 'libtorch'), { recursive: true });
  cpSync(join(projectDir, 'scripts', 'pack', 'licenses'), join(dir, 'licenses'), {
    recursive: true,
  });
  renameSync(join(dir, 'licenses', 'NOTICE.md'), join(dir, 'NOTICE.md'));

  const version = versionOf(libtorch);
  writeJson(join(dir, 'manifest.json'), {
    libtorch: { version, variant: 'cpu' },
    files: names.map((name) => fileEntry(dir, `lib/${name}`)),
  });
  const description = `Runtime libraries of libtorch ${version} (CPU, ${platform}) for ganode`;
  writeJson(join(dir, 'package.json'), {
    ...nativeFields(runtimeName, runtimeVersion(libtorch), description),
    license: 'SEE LICENSE IN NOTICE.md',
    files: ['lib', 'licenses', 'manifest.json', 'NOTICE.md'],
  });
  writeFileSync(
    join(dir, 'README.md'),
    `# ${runtimeName}\n\n${description}, which installs it by itself. The libraries are PyTorch's, stripped of debugging symbols; NOTICE.md tells their licences.\n`,
  );
  return dir;
}

/** Libraries of libtorch that `file` asks for, each after those that it asks for itself. */
function inOrderOfLoading(file, dir, found = []) {
  for (const name of needed(file)) {
    if (found.includes(name) || !existsSync(join(dir, name))) continue;
    inOrderOfLoading(join(dir, name), dir, found);
    found.push(name);
  }
  return found;
}
