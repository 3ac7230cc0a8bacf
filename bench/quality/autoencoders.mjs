// A GAN, a VAE, a VAE/GAN and an adversarial autoencoder on MNIST, all with the same decoder, at equal data.
//
//   node bench/quality/autoencoders.mjs            all; --models gan,vae, --images 60000, --units 256,
//                                                --count 2000 fakes
//
// Records results/autoencoders.json. With --model NAME, one of them: its result as a line of JSON, --grid FILE a picture of samples,
// --reconstructions FILE one of digits above their reconstructions. Measured are --count fakes (10,000) against MNIST's training images, by the
// classifier that `ganode evaluate` trains, and the bound and the squared error of the 10,000 test images.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../../dist/data/source.js';
import { Autoencoder, evaluate, Generator, graph as g, Images, Trainer } from '../../dist/index.js';
import { forEachSeed, record } from './common.mjs';

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'gan,vae,vae-gan,aae' },
    model: { type: 'string' },
    seed: { type: 'string', default: '0' },
    images: { type: 'string', default: '60000' },
    units: { type: 'string', default: '256' },
    count: { type: 'string', default: '10000' },
    gamma: { type: 'string', default: '0.1' },
    grid: { type: 'string' },
    reconstructions: { type: 'string' },
  },
});

const latentSize = 16;
const units = Number(values.units);
const adam = { kind: 'adam', learningRate: 5e-4, betas: [0.5, 0.999] };
const likelihood = { kind: 'bernoulli' };
const loss = { kind: 'nonSaturating' };
const hidden = (x) => g.relu(g.dense(g.relu(g.dense(x, { units })), { units }));
const code = () => g.input('z', { shape: [latentSize] });

function makeGenerator() {
  const half = g.reshape(g.dense(hidden(code()), { units: 784 }), { shape: [1, 28, 28] });
  return g.graph({ image: g.tanh(half), logits: g.add([half, half]) });
}

function makeEncoder() {
  const h = hidden(g.flatten(g.input('image', { shape: [1, 28, 28] })));
  const last = { units: latentSize };
  return g.graph({ mean: g.dense(h, last), logVariance: g.dense(h, last) });
}

const generator = makeGenerator();
const encoder = makeEncoder();
const ofCodes = g.graph({ logits: g.dense(hidden(code()), { units: 1 }) });

/** Two hidden layers; the second, before its rectifier, is what reconstructions are compared by. */
function judge(withFeatures) {
  const x = g.flatten(g.input('image', { shape: [1, 28, 28] }));
  const features = g.dense(g.leakyRelu(g.dense(x, { units })), { units });
  const logits = g.dense(g.leakyRelu(features), { units: 1 });
  return g.graph(withFeatures ? { logits, features } : { logits });
}

const models = {
  gan: { models: { generator, discriminator: judge(false) }, loss },
  vae: { models: { encoder, generator }, autoencoding: { kind: 'vae', likelihood } },
  'vae-gan': {
    models: { encoder, generator, discriminator: judge(true) },
    autoencoding: { kind: 'vaeGan', likelihood, gamma: Number(values.gamma) },
    loss,
  },
  aae: {
    models: { encoder, generator, discriminator: ofCodes },
    autoencoding: { kind: 'aae', likelihood, adversarialWeight: 10 },
    loss,
  },
};

async function run(name) {
  const out = join(mkdtempSync(join(tmpdir(), 'ganode-quality-')), 'run');
  try {
    const started = performance.now();
    const data = await openDataset('mnist');
    const parts = models[name];
    const optimizers = Object.fromEntries(Object.keys(parts.models).map((key) => [key, adam]));
    const seed = Number(values.seed);
    const duration = { images: Number(values.images) };
    const recipe = {
      recipe: `same decoder ${name}`,
      ...parts,
      optimizers,
      batch: 64,
      threads: 1,
      seed,
      duration,
    };
    const trainer = await Trainer.create({ recipe, data, out });
    for await (const event of trainer.train()) {
      if (event.type === 'warning') console.error(event.message);
    }
    await trainer.dispose();
    const seconds = Math.round((performance.now() - started) / 1000);
    const made = await Generator.load(out, { threads: 1 });
    if (values.grid) await (await made.sample(64)).toGrid(values.grid);
    const { metrics } = await evaluate({
      generator: made,
      data,
      count: Number(values.count),
      threads: 1,
    });
    await made.dispose();
    const numbers = Object.fromEntries(metrics.map((metric) => [metric.name, metric.value]));
    return { seed, ...numbers, ...(name === 'gan' ? {} : await bound(out)), seconds };
  } finally {
    rmSync(join(out, '..'), { recursive: true, force: true });
  }
}

/** Of all test images. */
async function bound(out) {
  const data = await openDataset('mnist', { split: 'test' });
  const images = { shape: [data.length, 1, 28, 28], data: new Uint8Array(data.length * 784) };
  await data.read(
    Uint32Array.from({ length: data.length }, (_, i) => i),
    images.data,
  );
  const autoencoder = await Autoencoder.load(out, { threads: 1 });
  if (values.reconstructions) {
    const some = { shape: [16, 1, 28, 28], data: images.data.slice(0, 16 * 784) };
    const made = await autoencoder.reconstruct(some);
    const both = new Images([32, 1, 28, 28], Buffer.concat([some.data, made.data]));
    await both.toGrid(values.reconstructions, { columns: 16 });
  }
  const found = await autoencoder.bound(images);
  await autoencoder.dispose();
  return found;
}

if (values.model !== undefined) {
  console.log(JSON.stringify(await run(values.model)));
} else {
  const { images, units, gamma, count } = values;
  for (const name of values.models.split(',')) {
    const args = [
      '--model',
      name,
      '--images',
      images,
      '--units',
      units,
      '--gamma',
      gamma,
      '--count',
      count,
    ];
    const [result] = await forEachSeed('autoencoders.mjs', args, [Number(values.seed)], 1);
    record('autoencoders', name, {
      images: Number(images),
      units: Number(units),
      count: Number(count),
      ...result,
    });
  }
}
