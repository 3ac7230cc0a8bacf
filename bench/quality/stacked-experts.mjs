// Modes of Stacked MNIST (1,000) that a mixture of ten experts finds, against one generator of at least as many parameters: DCGAN's
// layers, the plain non-saturating loss, and the same optimizer and discriminator for all.
//
//   node bench/quality/stacked-experts.mjs --seeds 3 --parallel 2       --generators one,megan,mgan, --images N
//
// Records results/stacked-experts.json. With --seed N and --generator NAME, one run: its result as a line of JSON, --grid FILE a picture.
import { parseArgs } from 'node:util';
import { openDataset } from '../../dist/data/source.js';
import { graph as g, Trainer } from '../../dist/index.js';
import { dcganGenerator } from '../../dist/models/dcgan.js';
import { meganGenerator } from '../../dist/models/megan.js';
import { mganGenerator } from '../../dist/models/mgan.js';
import { native } from '../../dist/native.js';
import { forEachSeed, record, seedsOf, summary } from './common.mjs';
import { stackedModesOf } from './stacked-modes.mjs';

const { values } = parseArgs({
  options: {
    generators: { type: 'string', default: 'one,megan,mgan' },
    generator: { type: 'string', default: 'mgan' },
    seeds: { type: 'string', default: '3' },
    seed: { type: 'string' },
    parallel: { type: 'string', default: '1' },
    images: { type: 'string', default: '200000' },
    beta: { type: 'string', default: '0.1' },
    balance: { type: 'string', default: '10' },
    width: { type: 'string', default: '16' },
    grid: { type: 'string' },
  },
});
const images = Number(values.images);
const experts = 10;
const latentSize = 32;
const image = { channels: 3, height: 28, width: 28 };

const mixtures = {
  mgan: mganGenerator(image, { latentSize, experts, width: 8 }),
  megan: meganGenerator(image, {
    latentSize,
    experts,
    width: 8,
    gateUnits: 32,
    temperature: { schedule: 'linear', from: 1, to: 0.5, images },
  }),
};

const parametersOf = (graph) => native().inspectGraph(JSON.stringify(graph)).parameters;

/** The mixtures; and the narrowest single generator that has no fewer parameters than either. */
function generatorOf(which) {
  if (which !== 'one') return mixtures[which];
  const least = Math.max(...Object.values(mixtures).map(parametersOf));
  const made = (width) => dcganGenerator(image, { latentSize, width }, 0);
  let width = 16;
  while (parametersOf(made(width)) < least) width += 1;
  return made(width);
}

/** DCGAN's, with a second output that tells experts where the generator is MGAN's. */
function discriminator(recognizes) {
  const width = Number(values.width);
  const down = { kernel: 4, stride: 2, padding: 1, initializer: { kind: 'normal', std: 0.02 } };
  let h = g.input('image', { shape: [3, 28, 28] });
  h = g.leakyRelu(g.conv2d(h, { filters: width, ...down }));
  h = g.leakyRelu(g.batchNorm(g.conv2d(h, { filters: 2 * width, ...down, bias: false })));
  h = g.flatten(h);
  const logits = g.dense(h, { units: 1 });
  return g.graph(
    recognizes ? { logits, expertLogits: g.dense(h, { units: experts }) } : { logits },
  );
}

function recipe(which, seed) {
  const adam = { kind: 'adam', learningRate: 2e-4, betas: [0.5, 0.999] };
  return {
    recipe: `stacked-${which}`,
    models: { generator: generatorOf(which), discriminator: discriminator(which === 'mgan') },
    loss: { kind: 'nonSaturating', experts: { discriminator: 1, generator: Number(values.beta) } },
    penalties: which === 'megan' ? [{ kind: 'loadBalance', weight: Number(values.balance) }] : [],
    optimizers: { generator: adam, discriminator: adam },
    batch: 64,
    threads: 1,
    seed,
    reportEvery: 500,
    duration: { images },
  };
}

async function runSeed(which, seed) {
  const data = await openDataset('stacked-mnist');
  const config = recipe(which, seed);
  const trainer = await Trainer.create({ recipe: config, data });
  for await (const event of trainer.train()) {
    if (event.type === 'warning') console.error(event.message);
  }
  const { user, system } = process.cpuUsage();
  if (values.grid) await (await trainer.sample(64, { seed: 1 })).toGrid(values.grid);
  const { metrics } = trainer.history.at(-1);
  const uses = Object.entries(metrics)
    .filter(([key]) => key.startsWith('expertUse.'))
    .map(([, value]) => Number(value.toFixed(3)));
  const modes = await stackedModesOf(trainer);
  await trainer.dispose();
  return {
    seed,
    ...modes,
    ...(uses.length > 0 && { uses }),
    parameters: parametersOf(config.models.generator),
    processorSeconds: Math.round((user + system) / 1e6),
  };
}

if (values.seed !== undefined) {
  console.log(JSON.stringify(await runSeed(values.generator, Number(values.seed))));
} else {
  const options = ['images', 'beta', 'balance', 'width'].flatMap((o) => [`--${o}`, values[o]]);
  for (const which of values.generators.split(',')) {
    const args = ['--generator', which, ...options];
    const seeds = await forEachSeed(
      'stacked-experts.mjs',
      args,
      seedsOf(values.seeds),
      Number(values.parallel),
    );
    const fields = ['modes', 'reverseKl', 'processorSeconds'];
    const means = Object.fromEntries(fields.map((field) => [field, summary(seeds, field)]));
    const { models, ...rest } = recipe(which, 0);
    record('stacked-experts', which, { settings: rest, means, seeds });
    console.log(which, JSON.stringify(means));
  }
}
