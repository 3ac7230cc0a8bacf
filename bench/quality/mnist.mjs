// DCGAN, WGAN-GP and R3GAN on MNIST: the same number of real images, the same extractor, three seeds.
//
//   node bench/quality/mnist.mjs                   all; --recipes dcgan,r3gan, --seeds 3, --images 60000
//   node bench/quality/mnist.mjs --recipes dcgan --images 20000 --precision bf16     recorded as dcgan-20000-bf16
//   node bench/quality/mnist.mjs --recipes dcgan --size 32                           images enlarged to 32×32
//
// Records results/mnist.json. With --recipe NAME --seed N, one run: its result as a line of JSON, --grid FILE a picture.
// Measured are 10,000 fakes against MNIST's training images, by the classifier that `ganode evaluate` trains.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../../dist/data/source.js';
import { evaluate, Generator, Trainer } from '../../dist/index.js';
import { forEachSeed, record, seedsOf, summary } from './common.mjs';

const { values } = parseArgs({
  options: {
    recipes: { type: 'string', default: 'dcgan,wgan-gp,r3gan' },
    recipe: { type: 'string' },
    seeds: { type: 'string', default: '3' },
    seed: { type: 'string' },
    parallel: { type: 'string', default: '1' },
    images: { type: 'string', default: '60000' },
    precision: { type: 'string', default: 'fp32' },
    width: { type: 'string', default: '32' },
    size: { type: 'string', default: '28' },
    grid: { type: 'string' },
  },
});
const images = Number(values.images);
const { precision } = values;
const width = Number(values.width);
const size = Number(values.size);
const cosine = (from, to) => ({ schedule: 'cosine', from, to, images });

/** Narrow networks for a processor; the rest is the recipes', R3GAN's schedules being as long as the run. */
const configs = {
  dcgan: { batch: 64, model: { width } },
  'wgan-gp': { model: { width } },
  r3gan: {
    model: { width: 8, maxWidth: 32 },
    augment: null,
    penalties: ['r1', 'r2'].map((kind) => ({ kind, weight: cosine(2, 0.2) })),
    optimizers: Object.fromEntries(
      ['generator', 'discriminator'].map((player) => [
        player,
        { kind: 'adam', learningRate: cosine(1e-3, 1e-4), betas: [0, cosine(0.9, 0.99)] },
      ]),
    ),
    ema: { halfLife: cosine(0, 5000) },
  },
};

async function runSeed(name, seed) {
  const out = mkdtempSync(join(tmpdir(), 'ganode-quality-'));
  try {
    const started = performance.now();
    const data = await openDataset('mnist', { image: { height: size, width: size } });
    const recipe = {
      recipe: name,
      ...configs[name],
      precision,
      threads: 1,
      seed,
      duration: { images },
    };
    const trainer = await Trainer.create({ recipe, data, out: join(out, 'run') });
    for await (const event of trainer.train()) {
      if (event.type === 'warning') console.error(event.message);
    }
    await trainer.dispose();
    const seconds = Math.round((performance.now() - started) / 1000);
    const generator = await Generator.load(join(out, 'run'), { threads: 1 });
    if (values.grid) await (await generator.sample(64)).toGrid(values.grid);
    const { metrics } = await evaluate({ generator, data, threads: 1 });
    await generator.dispose();
    const numbers = Object.fromEntries(metrics.map((metric) => [metric.name, metric.value]));
    const floor = Object.fromEntries(metrics.map((metric) => [metric.name, metric.floor?.value]));
    return { seed, ...numbers, seconds, floor };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

if (values.seed !== undefined) {
  console.log(JSON.stringify(await runSeed(values.recipe ?? 'dcgan', Number(values.seed))));
} else {
  for (const name of values.recipes.split(',')) {
    const args = ['--recipe', name, '--images', values.images];
    args.push('--precision', precision, '--width', values.width, '--size', values.size);
    const seeds = await forEachSeed(
      'mnist.mjs',
      args,
      seedsOf(values.seeds),
      Number(values.parallel),
    );
    const fields = Object.keys(seeds[0]).filter((field) => !['seed', 'floor'].includes(field));
    const means = Object.fromEntries(fields.map((field) => [field, summary(seeds, field)]));
    const key = [name, width !== 32 && width, images !== 60_000 && images];
    if (size !== 28) key.push(`${size}x${size}`);
    if (precision !== 'fp32') key.push(precision);
    record('mnist', key.filter(Boolean).join('-'), {
      images,
      settings: { ...configs[name], precision },
      means,
      seeds,
    });
    console.log(name, JSON.stringify(means));
  }
}
