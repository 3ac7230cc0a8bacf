// Small trained runs of every kind of network that a checkpoint can carry.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { graph as g, procedure as p, Trainer } from '../../../dist/index.js';
import { images } from './common.mjs';

const adam = { kind: 'adam', learningRate: 1e-3 };

/** A conditional GAN of one's own networks, with batch norm and dropout. */
function own() {
  const classes = 3;
  const label = () => g.embedding(g.input('label', { classes }), { units: 2 });
  const z = g.concat([g.input('z', { shape: [4] }), label()]);
  const h = g.relu(g.batchNorm(g.dense(z, { units: 6 })));
  const image = g.reshape(g.tanh(g.dense(h, { units: 16 })), { shape: [1, 4, 4] });
  const x = g.concat([g.flatten(g.input('image', { shape: [1, 4, 4] })), label()]);
  const d = g.dropout(g.leakyRelu(g.dense(x, { units: 5 })), { rate: 0.3 });
  return {
    recipe: 'own',
    models: {
      generator: g.graph({ image }),
      discriminator: g.graph({ logits: g.dense(d, { units: 1 }) }),
    },
    loss: { kind: 'nonSaturating' },
    optimizers: { generator: adam, discriminator: adam },
    ema: { decay: 0.9 },
  };
}

/** A loss of one's own, with everything that a procedure can have. */
function procedure({ networks: { generator, discriminator }, data: { image, label } }) {
  const fake = generator({ z: p.latent(), label }).image;
  const onReal = discriminator({ image, label }).logits;
  const onFake = discriminator({ image: p.detach(fake), label }).logits;
  const usual = p.average(p.detach(p.batchMean(p.mean(onReal))), { decay: 0.5 });
  const noisy = p.lerp(image, p.normal([1, 4, 4]), p.uniform([1, 1, 1]));
  const slope = p.gradient(discriminator({ image: noisy, label }).logits, noisy);
  const told = p.add(p.discriminatorLoss('hinge', onReal, onFake), p.square(usual));
  const fooled = p.generatorLoss('hinge', discriminator({ image: fake, label }).logits);
  return {
    updates: [
      p.repeat(2, [p.update(discriminator, told)]),
      p.update(discriminator, p.sumSquares(slope), { every: 2, until: 100 }),
      p.clip(discriminator, 0.5),
      p.together([p.update(generator, fooled)]),
    ],
    report: { told, slope: p.norm(slope) },
  };
}

const { loss: _, ...networks } = own();
const square = (height, channels = 1) => ({ channels, height, width: height });

/** By name: the recipe, and its data. */
const kinds = {
  own: { recipe: own(), data: { shape: square(4), classes: 3 } },
  procedure: { recipe: { ...networks, procedure }, data: { shape: square(4), classes: 3 } },
  dcgan: {
    recipe: { recipe: 'dcgan', model: { width: 1, latentSize: 3 } },
    data: { shape: square(16) },
  },
  vae: {
    recipe: { recipe: 'vae', model: { units: 4, latentSize: 2 } },
    data: { shape: square(4) },
  },
  megan: {
    recipe: {
      recipe: 'megan',
      model: { latentSize: 3, experts: 2, width: 1, discriminatorWidth: 1, gateUnits: 3 },
    },
    data: { shape: square(16) },
  },
  rcgan: {
    recipe: { recipe: 'rcgan', model: { latentSize: 2, generatorUnits: 3, discriminatorUnits: 3 } },
    data: { shape: { channels: 1, height: 5, width: 2 }, float: true, kind: 'sequences' },
  },
  progan: {
    recipe: {
      recipe: 'progan',
      model: { latentSize: 4, width: 4, maxWidth: 4 },
      growing: { batches: { 4: 4, 8: 4 } },
    },
    data: { shape: square(8) },
  },
  sngan: {
    recipe: {
      recipe: 'sngan',
      model: { width: 1, latentSize: 3 },
      augment: { kind: 'ada', pipeline: ['blit', 'geom'] },
    },
    data: { shape: square(16) },
  },
};

export const kindNames = Object.keys(kinds);

/** The data that a run of a kind was trained on. */
export function dataOf(kind) {
  const { shape, ...options } = kinds[kind].data;
  return images(12, shape, options);
}

/** What a run of a kind is trained by. */
export function recipeOf(kind) {
  return { batch: 4, threads: 1, duration: { images: 8 }, ...kinds[kind].recipe };
}

/** Files of a run that are read again. */
const kept = ['config.json', 'metrics.jsonl', 'latest', 'checkpoints/step-000002.safetensors'];

let trained;

/** Trains a run of every kind for two steps, once; its files by `KIND/FILE`. */
export function trainAll() {
  trained ??= Promise.all(kindNames.map(trainOne)).then((all) => Object.assign({}, ...all));
  return trained;
}

async function trainOne(kind) {
  const dir = mkdtempSync(join(tmpdir(), 'ganode-fuzz-run-'));
  try {
    const out = join(dir, 'run');
    const trainer = await Trainer.create({ recipe: recipeOf(kind), data: dataOf(kind), out });
    for await (const _ of trainer.train({ steps: 2 }));
    await trainer.dispose();
    return Object.fromEntries(
      kept.map((file) => [`${kind}/${file}`, readFileSync(join(out, file))]),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
