// Run directories: config.json, latest and metrics.jsonl of a training that goes on or is evaluated.

import { openImages } from '../../../dist/cli/real-data.js';
import { gather } from '../../../dist/cli/training.js';
import { npy } from '../../../dist/image/npy.js';
import { describe, Generator } from '../../../dist/index.js';
import { mutateBytes } from '../bytes.mjs';
import { mutateJson, textOf, treeOf, wordsIn } from '../json.mjs';
import { train } from './checkpoints.mjs';
import { checkDataset } from './common.mjs';
import { trainAll } from './seed-runs.mjs';

const kind = 'dcgan';
const checkpoint = 'checkpoints/step-000002.safetensors';

/** What config.json says of the data; DIR is the folder of the input, which is another each time. */
const data = {
  source: 'DIR/data.npy',
  options: {
    image: { height: 16, width: 16 },
    fit: 'pad',
    background: '#336699',
    memoryLimit: 1e6,
    onBroken: 'skip',
  },
};

const latest = [
  '',
  '\n',
  checkpoint,
  `${checkpoint}\n\n`,
  '../x',
  '/dev/null',
  'checkpoints',
  'checkpoints/step-000001.safetensors',
  '\u001b[31m',
  '\u0000',
  'x'.repeat(10_000),
];
const words = [
  'DIR/data.npy',
  'DIR',
  'DIR/run',
  'npy',
  'ring',
  'sines',
  'train',
  'test',
  'crop',
  'stretch',
  'white',
  'red',
  'folders',
  'none',
  'DIR/run/metrics.jsonl',
];

export const runDirectories = {
  name: 'run',
  weight: 4,
  async seeds() {
    const runs = Object.entries(await trainAll()).filter(([name]) => name.startsWith(`${kind}/`));
    const pixels = Uint8Array.from({ length: 12 * 256 }, (_, i) => (i * 7) % 256);
    return {
      ...Object.fromEntries(runs.map(([name, bytes]) => [name.slice(kind.length + 1), bytes])),
      'data.npy': Buffer.from(npy([12, 1, 16, 16], pixels)),
    };
  },
  make(random, seeds, trail) {
    const config = { ...JSON.parse(seeds['config.json']), data };
    const files = { 'data.npy': seeds['data.npy'], [`run/${checkpoint}`]: seeds[checkpoint] };
    const known = [...words, ...wordsIn(config)];
    let text = JSON.stringify(config);
    if (random.chance(0.3)) text = textOf(mutateJson(random, treeOf(config), trail, { known }));
    else if (random.chance(0.7)) {
      const tree = mutateJson(random, treeOf(data), trail, { known });
      text = `{"data":${textOf(tree)},${text.slice(1)}`.replace(/,"data":\{[^}]*\}[^}]*\}/, '');
    }
    files['run/config.json'] = random.chance(0.1)
      ? mutateBytes(random, Buffer.from(text), trail)
      : Buffer.from(text);
    files['run/latest'] = random.chance(0.2) ? Buffer.from(random.pick(latest)) : seeds.latest;
    files['run/metrics.jsonl'] = random.chance(0.3)
      ? mutateBytes(random, seeds['metrics.jsonl'], trail)
      : seeds['metrics.jsonl'];
    return { files, plan: { resumes: random.chance(0.4) }, substitute: ['run/config.json'] };
  },
  async run(dir, { resumes }, attempt) {
    const run = `${dir}/run`;
    await attempt('info', () => describe(run));
    const generator = await attempt('load', () => Generator.load(run, { threads: 1 }));
    if (generator) {
      const real = await attempt('real images', () => openImages(generator, {}));
      await generator.dispose();
      if (real) await attempt('real images', () => checkDataset(real));
    }
    const training = await attempt('gather', () => gather({ resume: run, set: [] }));
    if (!training || !resumes) return;
    const { config, data: source, resume } = training;
    const options = {
      recipe: config,
      data: source.source,
      dataOptions: source.options,
      resume,
      out: run,
    };
    await train({ ...options, changedData: true }, attempt, 'resume');
  },
  // A training that goes on writes in its run directory.
  writes: (name) => name.startsWith('run/') && !name.endsWith('.tmp') && !name.endsWith('.lock'),
  commandLine: (dir) => [
    'train',
    '--resume',
    `${dir}/run`,
    '--images',
    '12',
    '--changed-data',
    '--threads',
    '1',
    '--dry-run',
  ],
};
