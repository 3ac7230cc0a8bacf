// What helps a training that goes wrong: cases that fail, and each measure against it alone, some together.
//
//   node bench/quality/cures.mjs                                  every case, one seed each
//   node bench/quality/cures.mjs --only keras-mnist --seeds 2     one case; --tried batchNorm,betas of its measures only
//   node bench/quality/cures.mjs --only keras-mnist --grid DIR    64 fakes of each as a picture in a folder
//   node bench/quality/cures.mjs --only healthy --images 32000    trainings that go well, for false alarms
//
// Records results/cures.json, one entry for each case and measure; --missing leaves out what is there. Of images, the Fréchet distance of 10,000 fakes by the
// classifier that `ganode evaluate` trains (and its floor), and the classes of which it finds 1 % or more among 2,000;
// of points, modes and the share of high quality. Seconds are the processor's, for training. Curves, for the thresholds of the warnings, have a number a report.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../../dist/data/source.js';
import { Subset } from '../../dist/data/subset.js';
import { openClassifier } from '../../dist/evaluate/classifier.js';
import { mixtureMetrics } from '../../dist/evaluate/mixture.js';
import { evaluate, Generator, Trainer } from '../../dist/index.js';
import { applySettings } from '../../dist/recipes/settings.js';
import { record, resultsPath, seedsOf, summary } from './common.mjs';
import { cases, healthy, perceptrons } from './cure-cases.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    tried: { type: 'string' },
    seeds: { type: 'string', default: '1' },
    images: { type: 'string' },
    grid: { type: 'string' },
    missing: { type: 'boolean' },
  },
});

/** The trainings of a case by name: what is trained, and the settings that are tried. */
function trainingsOf(name) {
  if (name === 'healthy') {
    return Object.fromEntries(
      Object.entries(healthy).map(([key, { size, ...config }]) => [
        key,
        { config, settings: [], size, images: 51_200, watched: true },
      ]),
    );
  }
  const { config, tried, others = {}, rebuilt = {}, images, data, few, networks } = cases[name];
  const shared = { images, data, few };
  const all = { untreated: { ...shared, config, networks, settings: [] } };
  for (const [key, settings] of Object.entries(tried)) {
    const packed =
      networks && settings.includes('packing=2') ? { ...networks, packing: 2 } : networks;
    all[key] = { ...shared, config, networks: packed, settings };
  }
  for (const [key, changed] of Object.entries(rebuilt)) {
    all[key] = { ...shared, config, networks: changed, settings: [] };
  }
  for (const [key, other] of Object.entries(others)) {
    all[`recipe ${key}`] = { ...shared, config: other, settings: [] };
  }
  return all;
}

/** A curve is written as one line of text, a number for each report, so that the file stays readable. */
const curve = (reports, name) =>
  reports
    .map(({ metrics }) => (metrics[name] === undefined ? '' : format(metrics[name])))
    .join(' ');
const format = (value) => String(Number(value.toPrecision(3)));

/** Opened once each: data, and the classifier of data. */
const opened = new Map();
function once(key, open) {
  if (!opened.has(key)) opened.set(key, open());
  return opened.get(key);
}

const openData = ({ data = 'mnist', size }) =>
  once(`${data} ${size}`, () =>
    openDataset(data, size ? { image: { height: size, width: size } } : {}),
  );

/** The first so many images. */
const firstOf = (data, few) =>
  few
    ? new Subset(
        data,
        Uint32Array.from({ length: few }, (_, i) => i),
      )
    : data;

async function runSeed(training, seed) {
  const { config, settings, networks } = training;
  const out = mkdtempSync(join(tmpdir(), 'ganode-cures-'));
  try {
    const data = await openData(training);
    const images = Number(values.images ?? training.images);
    const recipe = {
      ...applySettings(config, settings),
      ...(networks && { models: perceptrons(networks) }),
      threads: 1,
      seed,
      checkpoint: { every: 1_000_000 },
      samples: { every: 1_000_000 },
      duration: { images },
    };
    const began = process.cpuUsage();
    const trainer = await Trainer.create({
      recipe,
      data: firstOf(data, training.few),
      out: join(out, 'run'),
    });
    const reports = [];
    const warnings = [];
    let failure;
    try {
      for await (const event of trainer.train()) {
        if (event.type === 'progress') reports.push(event);
        if (event.type === 'warning') warnings.push({ kind: event.kind, images: event.images });
      }
    } catch (error) {
      failure = error.message;
    }
    const { user, system } = process.cpuUsage(began);
    const seconds = Math.round((user + system) / 1e6);
    const measured = failure
      ? { failure }
      : training.watched
        ? {}
        : await measure(trainer, data, out, `${training.entry.replace(/\W+/g, '-')}.png`);
    await trainer.dispose();
    const last = reports.slice(-10).flatMap(({ metrics }) => metrics.sampleDiversity ?? []);
    return {
      seed,
      ...measured,
      sampleDiversity: Number((last.reduce((a, b) => a + b, 0) / last.length).toFixed(3)),
      warnings,
      seconds,
      imagesAReport: reports[0]?.images,
      curves: {
        diversity: curve(reports, 'sampleDiversity'),
        saturation: curve(reports, 'discriminatorSaturation'),
        gradient: curve(reports, 'generatorGradientNorm'),
      },
    };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function measure(trainer, data, out, picture) {
  if (data.dtype === 'float32') {
    const { data: points } = await trainer.sampleRaw(2500, { seed: 1 });
    const { modes, highQuality, reverseKl } = mixtureMetrics(points, data.name);
    return { modes, highQuality, reverseKl };
  }
  const generator = await Generator.load(join(out, 'run'), { threads: 1 });
  const extractor = await once(data, () => openClassifier(data, { threads: 1 }));
  try {
    if (values.grid)
      await (await generator.sample(64, { seed: 1 })).toGrid(join(values.grid, picture));
    const options = { generator, data, extractor, threads: 1, metrics: ['frechetDistance'] };
    const [{ value, floor }] = (await evaluate(options)).metrics;
    const found = await extractor.predict(await generator.sample(2000, { seed: 1 }));
    const counts = new Array(10).fill(0);
    for (const digit of found) counts[digit] += 1;
    const classes = counts.filter((count) => count >= 20).length;
    return { frechetDistance: value, floor: floor?.value, classes };
  } finally {
    await generator.dispose();
  }
}

const done = () => {
  try {
    return JSON.parse(readFileSync(resultsPath('cures'), 'utf8'));
  } catch {
    return {};
  }
};

const names = values.only ? values.only.split(',') : Object.keys(cases);
for (const name of names) {
  for (const [key, training] of Object.entries(trainingsOf(name))) {
    if (values.tried && !values.tried.split(',').includes(key)) continue;
    const entry = `${name}: ${key}`;
    if (values.missing && done()[entry]) continue;
    const seeds = [];
    for (const seed of seedsOf(values.seeds)) {
      seeds.push(await runSeed({ ...training, entry }, seed));
      const { curves, ...numbers } = seeds.at(-1);
      console.log(entry, JSON.stringify(numbers));
    }
    const fields = ['frechetDistance', 'floor', 'classes', 'modes', 'highQuality'];
    const means = Object.fromEntries(
      [...fields, 'reverseKl', 'sampleDiversity', 'seconds']
        .filter((field) => seeds.every((result) => result[field] !== undefined))
        .map((field) => [field, summary(seeds, field)]),
    );
    const { config, settings, networks, few } = training;
    record('cures', entry, {
      config,
      settings,
      ...(networks && { networks }),
      ...(few && { few }),
      images: Number(values.images ?? training.images),
      means,
      seeds,
    });
  }
}
for (const thing of opened.values()) await (await thing).dispose?.();
