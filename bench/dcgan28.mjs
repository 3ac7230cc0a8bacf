// DCGAN 28×28, width 32, batch 64: images a second, ganode against PyTorch eager, interleaved in one run.
//
//   npm run bench                       rounds: --rounds N (default 5)
//
// The peer runs in the Python that GANODE_PYTHON names, which must have PyTorch; without it, it is left out.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { native } from '../dist/native.js';
import { resolveRecipe } from '../dist/recipes/index.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const steps = 60;
const batch = 64;
const here = dirname(fileURLToPath(import.meta.url));
const python = process.env.GANODE_PYTHON;

const recipe = resolveRecipe(
  { recipe: 'dcgan', batch, model: { width: 32 } },
  { image: { channels: 1, height: 28, width: 28 } },
);
const session = await native().createSession(JSON.stringify(recipe));
const images = Uint8Array.from({ length: steps * batch * 784 }, (_, i) => (i * 31) % 256);

async function ours() {
  const { busySeconds } = await session.run({ steps, images });
  return (steps * batch) / busySeconds;
}

function peer() {
  const script = join(here, 'peers', 'dcgan28.py');
  const run = spawnSync(python, [script, String(steps), String(batch)], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return Number(run.stdout);
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const show = (name, list) =>
  console.log(
    `${name.padEnd(10)} median ${median(list).toFixed(0)} (${Math.min(...list).toFixed(0)} – ${Math.max(...list).toFixed(0)}) images/s`,
  );

await ours(); // warm
const mine = [];
const theirs = [];
for (let round = 0; round < Number(values.rounds); round += 1) {
  mine.push(await ours());
  if (python) theirs.push(peer());
}
await session.dispose();
console.log(
  `${cpus()[0].model}, ${cpus().length} cores, libtorch ${native().info().libtorchLoaded}`,
);
show('ganode', mine);
if (python) {
  show('PyTorch', theirs);
  const ratios = mine.map((value, i) => value / theirs[i]);
  console.log(
    `ratio      median ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} – ${Math.max(...ratios).toFixed(2)})`,
  );
} else {
  console.log('PyTorch    left out: GANODE_PYTHON is not set');
}
