// BigGAN on Fashion-MNIST and on emoji, StyleGAN2 on emoji: small networks, one core, a recorded run each.
//
//   node bench/quality/papers.mjs train biggan-fashion --minutes 60    goes on from where it was stopped
//   ganode evaluate runs/papers/biggan-fashion --out report.json       and with --truncation, for the curve
//   node bench/quality/papers.mjs record biggan-fashion report.json [truncated.json …] [--curve curve.png]
//
// Runs lie under runs/papers (--out). `record` writes down reports in results/papers.json; --curve draws precision over recall of those that follow
// the first. Emoji are npm's emoji-datasource-google@16.0.0: npm install --no-save, or --emoji DIR, the package's folder.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Trainer } from '../../dist/index.js';
import { record } from './common.mjs';
import { emojiFolder } from './emoji.mjs';
import { lineChart } from './line-chart.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '60' },
    images: { type: 'string' },
    out: { type: 'string', default: 'runs/papers' },
    emoji: { type: 'string' },
    curve: { type: 'string' },
  },
});

const adam = (learningRate) => ({ learningRate });
const watch = { checkpoint: { every: 500, keep: 2 }, samples: { every: 500 }, reportEvery: 50 };
/** 3,781 pictures are few: D learns them by heart unless what it sees is changed. */
const scarce = {
  flip: true,
  augment: { kind: 'diffAugment', policy: ['color', 'translation'] },
};

/** Narrow networks and small batches; the rest is the recipes'. Durations are far longer than a processor gets to. */
const runs = {
  'biggan-fashion': {
    data: 'fashion-mnist',
    recipe: {
      recipe: 'biggan',
      model: { width: 8, latentSize: 80, embeddingSize: 32 },
      optimizers: { generator: adam(4e-4), discriminator: adam(4e-4) },
      ema: { halfLife: 10_000 },
      batch: 32,
    },
  },
  'biggan-emoji': {
    data: 'emoji',
    size: 64,
    recipe: {
      recipe: 'biggan',
      model: { width: 8, latentSize: 80, embeddingSize: 32 },
      optimizers: { generator: adam(4e-4), discriminator: adam(4e-4) },
      ema: { halfLife: 10_000 },
      batch: 32,
      ...scarce,
    },
  },
  'stylegan2-emoji': {
    data: 'emoji',
    size: 32,
    recipe: {
      recipe: 'stylegan2',
      model: { width: 16, maxWidth: 64 },
      batch: 32,
      ...scarce,
    },
  },
};

const [command, name, ...files] = positionals;
const run = runs[name];
if (!run || !['train', 'record'].includes(command)) {
  throw new Error(`Expected train or record, and one of ${Object.keys(runs).join(', ')}`);
}
const out = join(values.out, name);
const timeFile = join(out, 'time.json');
const source = () =>
  run.data === 'emoji' ? emojiFolder(join(values.out, 'emoji'), values.emoji) : run.data;
const dataOptions = run.size ? { image: { height: run.size, width: run.size } } : {};

/** Trains until the time is up or somebody stops it; the checkpoints and the time that they took are kept. */
async function train() {
  const going = existsSync(join(out, 'config.json'));
  const before = going ? JSON.parse(readFileSync(timeFile, 'utf8')) : { seconds: 0, processor: 0 };
  const started = performance.now();
  const spent = () => {
    const { user, system } = process.cpuUsage();
    return {
      seconds: Math.round(before.seconds + (performance.now() - started) / 1000),
      processor: Math.round(before.processor + (user + system) / 1e6),
    };
  };
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop.abort());
  const timer = setTimeout(() => stop.abort(), Number(values.minutes) * 60_000);
  const options = { data: source(), dataOptions, out };
  const length = { duration: { images: Number(values.images ?? 10_000_000) } };
  const recipe = { ...run.recipe, ...watch, threads: 1, ...length };
  const trainer = await Trainer.create(
    going ? { ...options, recipe: length, resume: true } : { ...options, recipe },
  );
  writeFileSync(timeFile, JSON.stringify(spent()));
  for await (const event of trainer.train({ signal: stop.signal })) {
    if (event.type === 'progress' && event.step % 500 === 0) {
      const { discriminatorLoss, generatorLoss } = event.metrics;
      console.log(
        event.step,
        event.images,
        discriminatorLoss,
        generatorLoss,
        event.imagesPerSecond,
      );
    }
    if (event.type === 'warning') console.log(event.message);
    if (event.type === 'checkpoint') writeFileSync(timeFile, JSON.stringify(spent()));
  }
  clearTimeout(timer);
  await trainer.dispose();
}

const numbers = (metrics, field) =>
  Object.fromEntries(metrics.map((metric) => [metric.name, field(metric)]));

/** Writes down what `ganode evaluate --out` found: of the run, and of other truncations. */
async function recordReports() {
  const [whole, ...others] = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
  const points = others.map(({ truncation = null, fakes, metrics }) => ({
    truncation,
    fakes,
    ...numbers(metrics, ({ value }) => value),
  }));
  const { step, fakes, reals, floorReals, data, extractor, metrics } = whole;
  record('papers', name, {
    settings: run.recipe,
    step,
    images: step * run.recipe.batch,
    ...JSON.parse(readFileSync(timeFile, 'utf8')),
    comparedWith: run.data,
    // A folder's name is its path on this machine.
    extractor: extractor.description.replace(data, run.data),
    fakes,
    reals,
    floorReals,
    metrics: numbers(metrics, ({ value }) => value),
    floor: numbers(metrics, ({ floor }) => floor?.value),
    ...(points.length > 0 && { truncation: points }),
  });
  if (!values.curve) return;
  const marks = points.map(({ truncation, precision, recall }) => ({
    x: recall,
    y: precision,
    label: truncation === null ? 'none' : `ψ ${truncation}`,
  }));
  writeFileSync(values.curve, await lineChart(marks, { x: 'recall', y: 'precision' }));
}

if (command === 'train') await train();
else await recordReports();
