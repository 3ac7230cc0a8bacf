// Modes of Stacked MNIST (1,000) and KL of 26,000 samples from uniform.
//
//   node bench/quality/stacked.mjs A        DCGAN's networks (PacGAN, section 4.2, the setting of VEEGAN)
//   node bench/quality/stacked.mjs B        the tiny networks of Unrolled GAN, D a quarter of G's size
//
// Records results/stacked.json. --seeds N (default 1), --images N. With --seed N, one run: its result as a line of JSON, --grid FILE
// a picture.
import { parseArgs } from 'node:util';
import { openDataset } from '../../dist/data/source.js';
import { graph as g, Trainer } from '../../dist/index.js';
import { dcganDiscriminator, dcganGenerator } from '../../dist/models/dcgan.js';
import { forEachSeed, record, seedsOf, summary } from './common.mjs';
import { stackedModesOf } from './stacked-modes.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string' },
    parallel: { type: 'string', default: '1' },
    images: { type: 'string', default: '3000000' },
    grid: { type: 'string' },
  },
});
const protocol = positionals[0] ?? 'A';
const images = Number(values.images);
const cosine = (from, to) => ({ schedule: 'cosine', from, to, images });

/** R3GAN's objective, on A's networks with lazy penalties and on B's with packing (PacGAN). */
const settings = {
  A: {
    packing: 1,
    batch: 128,
    rate: [1e-3, 1e-4],
    gamma: [0.1, 0.01],
    interval: 4,
    betas: [0.5, 0.99],
  },
  B: {
    packing: 4,
    batch: 64,
    rate: [2e-3, 2e-4],
    gamma: [0.02, 0.002],
    interval: 1,
    betas: [0, 0.99],
  },
}[protocol];

/**
 * PacGAN's code, stacked_MNIST_experiments/unrolled_GAN_experiment/D=0.25G: 3×3 kernels, stride 2; D has 2, 4 and 8 filters, here
 * without batch norm.
 */
function tiny() {
  const weights = { initializer: { kind: 'normal', std: 0.02 } };
  const up = { kernel: 3, stride: 2, ...weights };
  let h = g.dense(g.input('z', { shape: [256] }), { units: 1024, ...weights });
  h = g.relu(g.batchNorm(g.reshape(h, { shape: [64, 4, 4] })));
  h = g.relu(g.batchNorm(g.convTranspose2d(h, { filters: 32, padding: 1, ...up })));
  h = g.relu(g.batchNorm(g.convTranspose2d(h, { filters: 16, padding: 'same', ...up })));
  h = g.relu(g.batchNorm(g.convTranspose2d(h, { filters: 8, padding: 'same', ...up })));
  h = g.tanh(g.conv2d(h, { filters: 3, kernel: 3, padding: 'same', ...weights }));
  let d = g.input('image', { shape: [3 * settings.packing, 28, 28] });
  for (const filters of [2, 4, 8]) {
    d = g.conv2d(d, { filters, kernel: 3, stride: 2, padding: 'same', initializer: 'heNormal' });
    d = g.leakyRelu(d, { negativeSlope: 0.3 });
  }
  d = g.dense(g.flatten(d), { units: 1, initializer: 'heNormal' });
  return { generator: g.graph({ image: h }), discriminator: g.graph({ logits: d }) };
}

function dcgan() {
  const image = { channels: 3, height: 28, width: 28 };
  const options = { latentSize: 100, width: 32 };
  const seen = { ...image, channels: 3 * settings.packing };
  return {
    generator: dcganGenerator(image, options, 0),
    discriminator: dcganDiscriminator(seen, options, 0),
  };
}

function recipe(seed) {
  const { packing, batch, rate, gamma, interval, betas } = settings;
  const adam = { kind: 'adam', learningRate: cosine(...rate), betas };
  return {
    recipe: `stacked-${protocol}`,
    models: protocol === 'A' ? dcgan() : tiny(),
    packing,
    loss: { kind: 'relativisticPairing' },
    penalties: ['r1', 'r2'].map((kind) => ({ kind, weight: cosine(...gamma), interval })),
    optimizers: { generator: adam, discriminator: adam },
    batch,
    ema: { halfLife: 20_000, rampUp: 0.05 },
    threads: 1,
    seed,
    reportEvery: 500,
    duration: { images },
  };
}

async function runSeed(seed) {
  const started = performance.now();
  const data = await openDataset('stacked-mnist');
  const trainer = await Trainer.create({ recipe: recipe(seed), data });
  for await (const event of trainer.train()) {
    if (event.type === 'warning') console.error(event.message);
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  if (values.grid) await (await trainer.sample(64, { seed: 1 })).toGrid(values.grid);
  const metrics = await stackedModesOf(trainer);
  await trainer.dispose();
  return { seed, ...metrics, seconds };
}

if (values.seed !== undefined) {
  console.log(JSON.stringify(await runSeed(Number(values.seed))));
} else {
  const args = [protocol, '--images', values.images];
  const seeds = await forEachSeed(
    'stacked.mjs',
    args,
    seedsOf(values.seeds),
    Number(values.parallel),
  );
  const means = Object.fromEntries(
    ['modes', 'reverseKl', 'seconds'].map((field) => [field, summary(seeds, field)]),
  );
  const { models, ...rest } = recipe(0);
  record('stacked', protocol, { settings: rest, means, seeds });
  console.log(JSON.stringify(means));
}
