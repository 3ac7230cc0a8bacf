// TensorFlow.js in the cache: no dependency of ganode, and installed only where the bench wants it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../../scripts/paths.mjs';

const version = '4.22.0';

/** The package's folder. Throws one line where it cannot be had. */
export function findTfjs() {
  const dir = join(cacheDir(), 'bench', `tfjs-${version}`);
  const found = join(dir, 'node_modules', '@tensorflow', 'tfjs');
  if (existsSync(join(found, 'package.json'))) return found;
  console.log(`Installing @tensorflow/tfjs ${version} into ${dir} …`);
  mkdirSync(dir, { recursive: true });
  const args = ['install', '--prefix', dir, '--no-audit', '--no-fund', '--silent'];
  const run = spawnSync('npm', [...args, `@tensorflow/tfjs@${version}`], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (run.status === 0 && existsSync(found)) return found;
  throw new Error(`npm install @tensorflow/tfjs: ${run.error?.message ?? run.stderr.trim()}`);
}
