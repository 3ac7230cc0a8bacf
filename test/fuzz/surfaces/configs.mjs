// Configs, as `--config` reads them, and settings, as `--set` does.

import { gather } from '../../../dist/cli/training.js';
import { recipes, resolveRecipe } from '../../../dist/index.js';
import { native } from '../../../dist/native.js';
import { mutateBytes } from '../bytes.mjs';
import { mutateJson, textOf, treeOf, wordsIn } from '../json.mjs';
import { train } from './checkpoints.mjs';
import { images } from './common.mjs';
import { trainAll } from './seed-runs.mjs';

/** What people write: little. */
const short = [
  { recipe: 'dcgan', model: { width: 1, latentSize: 3 }, batch: 4 },
  { recipe: 'gan-2014', batch: 4, optimizers: { generator: { kind: 'sgd', learningRate: 0.1 } } },
  {
    recipe: 'wgan-gp',
    model: { width: 1, latentSize: 3 },
    batch: 2,
    penalties: [{ kind: 'gradientPenalty', weight: 10 }],
  },
  {
    recipe: 'sngan',
    model: { width: 1, latentSize: 3 },
    batch: 2,
    augment: { kind: 'diffAugment' },
  },
  { recipe: 'r3gan', model: { width: 4, maxWidth: 4, latentSize: 3 }, batch: 2 },
  { recipe: 'cgan', batch: 4, classes: 3, model: { latentSize: 2 } },
  { recipe: 'acgan', model: { width: 1, latentSize: 3 }, batch: 4 },
  { recipe: 'vae', model: { units: 3, latentSize: 2 }, batch: 4 },
  {
    recipe: 'progan',
    model: { latentSize: 4, width: 4, maxWidth: 4 },
    growing: { batches: { 4: 4, 8: 2, 16: 2 } },
  },
  {
    recipe: 'pacgan',
    model: { width: 1, latentSize: 3 },
    batch: 4,
    packing: 2,
    duration: { epochs: 2 },
    seed: 3,
  },
  {
    recipe: 'lsgan',
    model: { width: 1 },
    ema: { halfLife: 100, rampUp: 0.05 },
    batch: 4,
    weightClipping: 0.1,
  },
];

/** Every setting that a recipe says it has, with its default. */
function defaultsOf() {
  const image = { channels: 3, height: 16, width: 16 };
  const found = {};
  for (const { name } of recipes) {
    try {
      const recipe = resolveRecipe({ recipe: name, batch: 4 }, { image, classes: 3 });
      const { models, version, ...settings } = recipe;
      if (models.generator) found[`${name}.json`] = Buffer.from(JSON.stringify(settings));
    } catch {
      // A recipe for other images.
    }
  }
  return found;
}

const paths = [
  'batch',
  'model.width',
  'optimizers.generator.learningRate',
  'ema',
  'ema.decay',
  'duration.epochs',
  'recipe',
  'seed',
  'loss',
  'loss.kind',
  'a.b.c',
  'constructor.prototype.x',
  '__proto__.x',
  'toString.x',
  'model',
  '',
  '.',
  'batch.x',
  'penalties.0.weight',
];
const values = [
  '1',
  '0',
  '-1',
  '1e999',
  '1e-3',
  'null',
  '{}',
  '[]',
  'x',
  '',
  '=',
  '{"decay":0.5}',
  '"a"',
  '{',
  '\u001b[31m',
  '1'.repeat(2000),
  '[[[[',
  '{"schedule":"linear","from":1,"to":0,"images":10}',
  'true',
];

const pool = new WeakMap();

function parse(seeds) {
  let found = pool.get(seeds);
  if (!found) {
    const configs = Object.entries(seeds).filter(([name]) => name.endsWith('.json'));
    const values = configs.map(([name, bytes]) => [name, JSON.parse(bytes)]);
    const words = new Set();
    for (const [, value] of values) wordsIn(value, words);
    found = { values, words: [...words] };
    pool.set(seeds, found);
  }
  return found;
}

/** Whether networks are as small as those of the seeds. */
function isSmall(recipe) {
  const cost = Object.values(recipe.models)
    .filter(Boolean)
    .map((graph) => native().inspectGraph(JSON.stringify(graph)));
  return cost.every(({ parameters, multiplyAdds }) => parameters < 2e5 && multiplyAdds < 2e7);
}

export const configFiles = {
  name: 'config',
  weight: 20,
  async seeds() {
    const runs = Object.entries(await trainAll()).filter(([name]) => name.endsWith('/config.json'));
    return {
      ...Object.fromEntries(runs),
      ...defaultsOf(),
      ...Object.fromEntries(
        short.map((config, i) => [`short${i}.json`, Buffer.from(JSON.stringify(config))]),
      ),
    };
  },
  make(random, seeds, trail) {
    const { values: configs, words } = parse(seeds);
    const [name, value] = random.pick(random.chance(0.4) ? configs.slice(-short.length) : configs);
    trail.push(`of ${name}`);
    const set = random.chance(0.15)
      ? [`${random.pick(paths)}${random.pick(['=', '=', ''])}${random.pick(values)}`]
      : [];
    if (set.length > 0) trail.push(`set ${JSON.stringify(set[0].slice(0, 80))}`);
    const text = textOf(mutateJson(random, treeOf(value), trail, { known: words }));
    const bytes = random.chance(0.1)
      ? mutateBytes(random, Buffer.from(text), trail)
      : Buffer.from(text);
    const shape = random.pick([
      { channels: 1, height: 16, width: 16 },
      { channels: 3, height: 16, width: 16 },
      { channels: 1, height: 4, width: 4 },
    ]);
    return {
      files: { 'config.json': bytes },
      plan: { set, shape, classes: random.pick([0, 3]), trains: random.chance(0.3) },
    };
  },
  async run(dir, { set, shape, classes, trains }, attempt) {
    const training = await attempt('gather', () =>
      gather({ config: `${dir}/config.json`, set, data: 'ring' }),
    );
    if (!training) return;
    const recipe = await attempt('resolve', () =>
      resolveRecipe(training.config, { image: shape, ...(classes && { classes }) }),
    );
    // A resolved recipe is one that resolves to itself.
    if (!recipe) return;
    await attempt('networks', async () => {
      if (trains && isSmall(recipe)) {
        await train(
          { data: images(8, shape, { classes }), recipe: { threads: 1, ...training.config } },
          attempt,
          'train',
        );
      }
    });
  },
  commandLine: (dir, { set }) => [
    ...['train', '--dry-run', '--config', `${dir}/config.json`, '--data', 'ring'],
    ...set.flatMap((setting) => ['--set', setting]),
  ],
};
