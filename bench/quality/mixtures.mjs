// Modes of the ring of 8 and of the 5×5 grid, by the protocol of VEEGAN and PacGAN: 2,500 points.
//
//   node bench/quality/mixtures.mjs ring --seeds 10
//   node bench/quality/mixtures.mjs grid --seeds 10 --parallel 2
//
// Records results/mixtures.json. With --seed N, one run: its result as a line of JSON, --scatter FILE a picture of it.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openMixture } from '../../dist/data/mixture.js';
import { mixtureMetrics } from '../../dist/evaluate/mixture.js';
import { scatter } from '../../dist/image/scatter.js';
import { graph as g, Trainer } from '../../dist/index.js';
import { forEachSeed, record, seedsOf, summary } from './common.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '10' },
    seed: { type: 'string' },
    parallel: { type: 'string', default: '2' },
    scatter: { type: 'string' },
  },
});
const name = positionals[0] ?? 'ring';

/**
 * R3GAN's objective on dense networks. `images`: of which the papers' runs have 40 million (400 epochs of 100,000 points). `gain`: of
 * the weights and biases of D's first layer, by which it sees modes of this size from the start.
 */
const settings = {
  ring: { images: 2_500_000, gain: 16, gamma: [5e-3, 5e-5] },
  grid: { images: 3_000_000, gain: 4, gamma: [0.1, 1e-3] },
}[name];

const cosine = (from, to) => ({ schedule: 'cosine', from, to, images: settings.images });
const he = (gain = 1) => ({ kind: 'heNormal', gain });

/** Four layers of 256. The last one's hyperbolic tangent saturates, which makes plateaus with steep sides: modes with little between. */
function generator() {
  let h = g.input('z', { shape: [2] });
  for (let layer = 0; layer < 3; layer += 1) {
    h = g.leakyRelu(g.dense(h, { units: 256, initializer: he() }));
  }
  h = g.tanh(g.dense(h, { units: 256, initializer: he() }));
  return g.graph({ image: g.reshape(g.dense(h, { units: 2 }), { shape: [2, 1, 1] }) });
}

/** Three layers of 128. */
function discriminator() {
  const { gain } = settings;
  let h = g.flatten(g.input('image', { shape: [2, 1, 1] }));
  const biasInitializer = { kind: 'uniform', low: -gain, high: gain };
  h = g.leakyRelu(g.dense(h, { units: 128, initializer: he(gain), biasInitializer }));
  for (let layer = 1; layer < 3; layer += 1) {
    h = g.leakyRelu(g.dense(h, { units: 128, initializer: he() }));
  }
  return g.graph({ logits: g.dense(h, { units: 1 }) });
}

function recipe(seed) {
  const adam = { kind: 'adam', learningRate: cosine(2e-3, 2e-5), betas: [0, 0.99] };
  const weight = cosine(...settings.gamma);
  return {
    recipe: `r3gan-${name}`,
    models: { generator: generator(), discriminator: discriminator() },
    loss: { kind: 'relativisticPairing' },
    penalties: [
      { kind: 'r1', weight },
      { kind: 'r2', weight },
    ],
    optimizers: { generator: adam, discriminator: adam },
    batch: 256,
    ema: { halfLife: 20_000, rampUp: 0.05 },
    threads: 1,
    seed,
    reportEvery: 1000,
    duration: { images: settings.images },
  };
}

async function runSeed(seed) {
  const started = performance.now();
  const data = openMixture(name);
  const trainer = await Trainer.create({ recipe: recipe(seed), data });
  for await (const _ of trainer.train());
  const { data: points } = await trainer.sampleRaw(2500, { seed: 1 });
  if (values.scatter) {
    const real = new Float32Array(5000);
    data.read(
      Uint32Array.from({ length: 2500 }, (_, i) => i),
      real,
    );
    writeFileSync(values.scatter, await scatter(real, points));
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  // Other work on the machine makes the one longer, not the other.
  const { user, system } = process.cpuUsage();
  const processorSeconds = Math.round((user + system) / 1e6);
  await trainer.dispose();
  return { seed, ...mixtureMetrics(points, name), seconds, processorSeconds };
}

if (values.seed !== undefined) {
  console.log(JSON.stringify(await runSeed(Number(values.seed))));
} else {
  const seeds = await forEachSeed(
    'mixtures.mjs',
    [name],
    seedsOf(values.seeds),
    Number(values.parallel),
  );
  const fields = ['modes', 'highQuality', 'reverseKl', 'seconds', 'processorSeconds'];
  const means = Object.fromEntries(fields.map((field) => [field, summary(seeds, field)]));
  const { models, ...rest } = recipe(0);
  record('mixtures', name, { settings: rest, means, seeds });
  console.log(JSON.stringify(means));
}
