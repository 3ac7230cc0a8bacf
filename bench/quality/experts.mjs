// Modes that a mixture of experts finds, against one generator of at least as many parameters: the ring of 8 and the 5×5 grid, by
// the protocol of VEEGAN and PacGAN, 2,500 points. The plain non-saturating loss, and the same optimizer and discriminator for all.
//
//   node bench/quality/experts.mjs ring --seeds 10
//   node bench/quality/experts.mjs grid --seeds 10 --parallel 2
//
// --generators one,megan,mgan. Records results/experts.json. With --seed N and --generator NAME, one run: its result as a line of JSON,
// --scatter FILE a picture of it. --from FILE records runs that were made so, one by one: lines of mixture, generator and result.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openMixture } from '../../dist/data/mixture.js';
import { mixtureMetrics } from '../../dist/evaluate/mixture.js';
import { scatter } from '../../dist/image/scatter.js';
import { graph as g, Trainer } from '../../dist/index.js';
import { native } from '../../dist/native.js';
import { forEachSeed, record, seedsOf, summary } from './common.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    generators: { type: 'string', default: 'one,megan,mgan' },
    generator: { type: 'string', default: 'mgan' },
    seeds: { type: 'string', default: '10' },
    seed: { type: 'string' },
    parallel: { type: 'string', default: '1' },
    images: { type: 'string', default: '500000' },
    experts: { type: 'string', default: '16' },
    beta: { type: 'string', default: '0.5' },
    balance: { type: 'string', default: '1' },
    scatter: { type: 'string' },
    from: { type: 'string' },
  },
});
const name = positionals[0] ?? 'ring';
const images = Number(values.images);
const experts = Number(values.experts);

const he = { initializer: 'heNormal' };
const latent = 16;
const gain = 4;

/** z through two hidden layers; `units` of both. */
function one(units) {
  let h = g.input('z', { shape: [latent] });
  for (let layer = 0; layer < 2; layer += 1) h = g.relu(g.dense(h, { units, ...he }));
  return g.graph({ image: g.reshape(g.dense(h, { units: 2 }), { shape: [2, 1, 1] }) });
}

const parts = () => {
  const input = g.input('z', { shape: [latent + experts] });
  return {
    z: g.slice(input, { length: latent }),
    choice: g.slice(input, { start: latent, length: experts }),
  };
};

/** MGAN: experts have a first layer each, of `units`, and share the rest. */
function mgan(units) {
  const { z, choice } = parts();
  const gate = g.gate(choice, undefined);
  const first = g.relu(g.dense(z, { units: units * experts, ...he }));
  const h = g.relu(g.dense(g.mixture(first, gate), { units, ...he }));
  return g.graph({ image: g.reshape(g.dense(h, { units: 2 }), { shape: [2, 1, 1] }), gate });
}

/** MEGAN: experts of two hidden layers of `units`, and a gating network of z and their first features. */
function megan(units) {
  const { z, choice } = parts();
  const first = g.relu(g.dense(z, { units: units * experts, ...he }));
  const hidden = g.relu(g.dense(g.concat([z, first]), { units: 32, ...he }));
  const gate = g.gate(g.dense(hidden, { units: experts }), choice, {
    temperature: { schedule: 'linear', from: 1, to: 0.5, images },
  });
  const second = g.relu(g.dense(first, { units: units * experts, groups: experts, ...he }));
  const points = g.mixture(g.dense(second, { units: 2 * experts, groups: experts }), gate);
  return g.graph({ image: g.reshape(points, { shape: [2, 1, 1] }), gate });
}

/** Two layers of 128; `gain` as in mixtures.mjs: D sees modes of this size from the start. */
function discriminator(recognizes) {
  let h = g.flatten(g.input('image', { shape: [2, 1, 1] }));
  const biasInitializer = { kind: 'uniform', low: -gain, high: gain };
  const wide = { initializer: { kind: 'heNormal', gain }, biasInitializer };
  h = g.leakyRelu(g.dense(h, { units: 128, ...wide }));
  h = g.leakyRelu(g.dense(h, { units: 128, ...he }));
  return g.graph({
    logits: g.dense(h, { units: 1 }),
    ...(recognizes && { expertLogits: g.dense(h, { units: experts }) }),
  });
}

const parametersOf = (graph) => native().inspectGraph(JSON.stringify(graph)).parameters;

/** The mixtures; and the narrowest single generator that has no fewer parameters than either. */
function generatorOf(which) {
  if (which === 'mgan') return mgan(32);
  if (which === 'megan') return megan(10);
  const least = Math.max(parametersOf(mgan(32)), parametersOf(megan(10)));
  let units = 16;
  while (parametersOf(one(units)) < least) units += 1;
  return one(units);
}

function recipe(which, seed) {
  const adam = { kind: 'adam', learningRate: 1e-3, betas: [0.5, 0.999] };
  return {
    recipe: `experts-${which}`,
    models: { generator: generatorOf(which), discriminator: discriminator(which === 'mgan') },
    loss: { kind: 'nonSaturating', experts: { discriminator: 1, generator: Number(values.beta) } },
    penalties: which === 'megan' ? [{ kind: 'loadBalance', weight: Number(values.balance) }] : [],
    optimizers: { generator: adam, discriminator: adam },
    batch: 128,
    threads: 1,
    seed,
    reportEvery: 500,
    duration: { images },
  };
}

async function runSeed(which, seed) {
  const data = openMixture(name);
  const config = recipe(which, seed);
  const trainer = await Trainer.create({ recipe: config, data });
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
  const { metrics } = trainer.history.at(-1);
  const uses = Object.entries(metrics)
    .filter(([key]) => key.startsWith('expertUse.'))
    .map(([, value]) => Number(value.toFixed(3)));
  const { user, system } = process.cpuUsage();
  await trainer.dispose();
  return {
    seed,
    ...mixtureMetrics(points, name),
    ...(uses.length > 0 && { uses }),
    parameters: parametersOf(config.models.generator),
    processorSeconds: Math.round((user + system) / 1e6),
  };
}

/** Of each seed, in order. */
function recorded(file, which) {
  const start = `${name} ${which} `;
  const lines = readFileSync(file, 'utf8').split('\n');
  const runs = lines.filter((line) => line.startsWith(start));
  const results = runs.map((line) => JSON.parse(line.slice(start.length)));
  const bySeed = new Map(results.map((result) => [result.seed, result]));
  return [...bySeed.values()].sort((a, b) => a.seed - b.seed);
}

if (values.seed !== undefined) {
  console.log(JSON.stringify(await runSeed(values.generator, Number(values.seed))));
} else {
  for (const which of values.generators.split(',')) {
    const fields = ['modes', 'highQuality', 'reverseKl', 'processorSeconds'];
    const options = ['images', 'experts', 'beta', 'balance'];
    const args = [name, '--generator', which, ...options.flatMap((o) => [`--${o}`, values[o]])];
    const seeds = values.from
      ? recorded(values.from, which)
      : await forEachSeed('experts.mjs', args, seedsOf(values.seeds), Number(values.parallel));
    const means = Object.fromEntries(fields.map((field) => [field, summary(seeds, field)]));
    const { models, ...rest } = recipe(which, 0);
    record('experts', `${name}-${which}`, { settings: rest, means, seeds });
    console.log(which, JSON.stringify(means));
  }
}
