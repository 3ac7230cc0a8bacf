// From a fresh clone to digits: set-up, then about three minutes of DCGAN on MNIST.
//
//   npm run quickstart
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from './paths.mjs';
import { node } from './run.mjs';
import { setupOrExit } from './setup.mjs';

await setupOrExit();

const cli = join('dist', 'cli', 'main.js');
const out = join('runs', 'quickstart');
const again = existsSync(join(projectDir, out, 'latest')) ? ['--resume'] : [];
node([
  ...[cli, 'train', '--recipe', 'dcgan', '--data', 'mnist', '--out', out, '--epochs', '6'],
  ...(again.length > 0
    ? again
    : ['--batch', '64', '--set', 'model.width=32', '--set', 'reportEvery=25']),
]);
const grid = join(out, 'quickstart.png');
node([cli, 'generate', out, '--count', '64', '--seed', '1', '--grid', grid, '--force']);
console.log(`Your samples: ${grid}`);
