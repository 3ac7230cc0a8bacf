// Which features tell good pictures from bad ones, where the pictures have no labels and nothing may be downloaded.
//
//   node bench/quality/extractors.mjs                 all data, all candidates; --data mnist,emoji, --candidates values,features
//
// Real pictures are compared with others of the same data that were made worse (degradations.mjs), and with a DCGAN's at successive
// checkpoints, at 50 and 500 pictures (--counts). Records results/extractors.json. Emoji: see emoji.mjs; --emoji DIR, the package's folder.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../../dist/data/source.js';
import { Subset } from '../../dist/data/subset.js';
import { Trainer } from '../../dist/index.js';
import { native } from '../../dist/native.js';
import { record } from './common.mjs';
import { degradations } from './degradations.mjs';
import { emojiFolder } from './emoji.mjs';
import { candidates } from './extractor-candidates.mjs';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: 'mnist,emoji' },
    candidates: { type: 'string', default: Object.keys(candidates).join() },
    emoji: { type: 'string' },
    counts: { type: 'string', default: '50,500' },
    gan: { type: 'string', default: '1600,6400,25600' },
  },
});
/** Real pictures, at least, on either side: floors are of disjoint parts of them. */
const leastPool = 1500;
const counts = values.counts.split(',').map(Number);

/** Two disjoint sets of real pictures, of up to the largest count each, in an order by a seed. */
async function realSets(name, dir) {
  const data = await openDataset(name === 'emoji' ? dir : name, {
    image: name === 'emoji' ? { channels: 3, height: 32, width: 32 } : {},
  });
  const order = Uint32Array.from({ length: data.length }, (_, i) => i);
  let state = 1;
  for (let i = order.length - 1; i > 0; i -= 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  const count = Math.min(Math.max(...counts, leastPool), Math.floor(data.length / 2));
  const { channels, height, width } = data.shape;
  const read = async (members) => {
    const pixels = new Uint8Array(members.length * channels * height * width);
    await data.read(members, pixels);
    return {
      shape: [members.length, channels, height, width],
      data: pixels,
      labels: Int32Array.from(members, (member) => data.labels[member]),
      classes: data.classes.length,
    };
  };
  const members = order.subarray(0, count);
  return {
    data,
    subset: new Subset(data, members),
    real: await read(members),
    other: await read(order.subarray(count, 2 * count)),
  };
}

/** Samples of a DCGAN after so many images. */
async function ganSamples(data, count) {
  const out = mkdtempSync(join(tmpdir(), 'ganode-extractors-'));
  const recipe = { recipe: 'dcgan', model: { width: 8 }, batch: 64, seed: 0, threads: 1 };
  const trainer = await Trainer.create({ recipe, data, out: join(out, 'run') });

  const sets = [];
  let shown = 0;
  for (const images of values.gan.split(',').map(Number)) {
    for await (const _ of trainer.train({ images: images - shown }));
    shown = images;
    const parts = [];
    for (let start = 0; start < count; start += 500) {
      parts.push(await trainer.sample(Math.min(500, count - start), { seed: 100 + start }));
    }
    const data_ = Buffer.concat(parts.map((part) => part.data));
    sets.push({ shape: [count, ...parts[0].shape.slice(1)], data: new Uint8Array(data_) });
  }
  await trainer.dispose();
  rmSync(out, { recursive: true, force: true });
  return sets;
}

async function featuresOf(extractor, { shape, data }) {
  const [count, ...sides] = shape;
  const size = sides.reduce((a, b) => a * b);
  const parts = [];
  for (let start = 0; start < count; start += 250) {
    const some = Math.min(250, count - start);
    const images = {
      shape: [some, ...sides],
      data: data.subarray(start * size, (start + some) * size),
    };
    parts.push((await extractor.extract(images)).features);
  }
  const width = parts[0].size;
  const all = new Float32Array(count * width);
  let at = 0;
  for (const part of parts) {
    all.set(part.data, at);
    at += part.data.length;
  }
  return { count, size: width, data: all };
}

const rows = ({ size, data }, start, count) => ({
  count,
  size,
  data: data.subarray(start * size, (start + count) * size),
});

async function distances(metrics, a, b) {
  const subsetSize = Math.min(1000, a.count, b.count);
  const kernel = await metrics.kernelDistance(a, b, { subsets: 20, subsetSize, seed: 0 });
  const neighbours = { precisionNeighbours: 3, densityNeighbours: 5 };
  const { precision, recall, density, coverage } = await metrics.manifold(a, b, neighbours);
  return {
    frechet: await metrics.frechetDistanceOfRows(a, b),
    kernel: kernel.mean,
    precision,
    recall,
    density,
    coverage,
  };
}

const temporary = mkdtempSync(join(tmpdir(), 'ganode-emoji-'));
const metrics = await native().createMetrics({ threads: 1 });
for (const name of values.data.split(',')) {
  const dir = name === 'emoji' ? emojiFolder(temporary, values.emoji) : undefined;
  const { data, subset, real, other } = await realSets(name, dir);
  const count = real.shape[0];
  const sizes = counts.map((n) => Math.min(n, count)).filter((n, i, all) => all.indexOf(n) === i);
  const curves = {};
  for (const [kind, { apply, levels }] of Object.entries(degradations)) {
    // What is repeated, or left out, is a share of the pictures that are compared, so each number has sets of its own.
    curves[kind] = (set) => levels.map((level) => apply(set, level));
  }
  const gan = name === 'emoji' ? undefined : (await ganSamples(data, count)).reverse();
  for (const candidate of values.candidates.split(',')) {
    const begun = performance.now();
    const extractor = await candidates[candidate](subset);
    const opened = performance.now();
    const reference = await featuresOf(extractor, real);
    const clean = await featuresOf(extractor, other);
    const seconds = {
      open: (opened - begun) / 1000,
      thousand: (performance.now() - opened) / (2 * count),
    };
    const found = {};
    for (const n of sizes) {
      const set = { ...other, shape: [n, ...other.shape.slice(1)] };
      set.data = other.data.subarray(0, (other.data.length / count) * n);
      set.labels = other.labels.subarray(0, n);
      const draws = Math.max(1, Math.min(8, Math.floor(count / n)));
      const floors = [];
      for (let i = 0; i < draws; i += 1) {
        floors.push(await distances(metrics, rows(reference, 0, n), rows(clean, i * n, n)));
      }
      const ofKind = { floors };
      for (const [kind, make] of Object.entries(curves)) {
        ofKind[kind] = [];
        for (const worse of make(set)) {
          const features = await featuresOf(extractor, worse);
          ofKind[kind].push(await distances(metrics, rows(reference, 0, n), features));
        }
      }
      if (gan) {
        ofKind.gan = [];
        for (const samples of gan) {
          const features = await featuresOf(extractor, {
            ...samples,
            shape: [n, ...samples.shape.slice(1)],
          });
          ofKind.gan.push(await distances(metrics, rows(reference, 0, n), features));
        }
      }
      found[n] = ofKind;
      console.log(`${name} ${candidate} ${n}`, JSON.stringify(summaryOf(ofKind)));
    }
    await extractor.dispose?.();
    console.log(`${name} ${candidate}: ${reference.size} features, ${JSON.stringify(seconds)}`);
    record('extractors', `${name} ${candidate}`, {
      features: reference.size,
      seconds,
      summary: Object.fromEntries(Object.entries(found).map(([n, one]) => [n, summaryOf(one)])),
      found: Object.fromEntries(Object.entries(found).map(([n, one]) => [n, compact(one)])),
    });
  }
}
await metrics.dispose();
rmSync(temporary, { recursive: true, force: true });

/**
 * By distance: by how many times each degradation exceeds the mean floor (or, for the kernel distance, whose floor is about 0, the
 * floor's standard deviation), from the weakest on; and how many of these curves rise all the way.
 */
function summaryOf({ floors, ...kinds }) {
  const summary = {};
  for (const distance of ['frechet', 'kernel']) {
    const all = floors.map((one) => one[distance]);
    const mean = all.reduce((a, b) => a + b) / all.length;
    const squares = all.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const unit = distance === 'frechet' ? mean : Math.sqrt(squares / Math.max(1, all.length - 1));
    const curves = Object.entries(kinds).map(([kind, list]) => [
      kind,
      list.map((one) => (one[distance] - mean) / unit),
    ]);
    const rises = ([, list]) => list.every((value, i) => value > (i === 0 ? 0 : list[i - 1]));
    summary[distance] = {
      curves: curves.length,
      rising: curves.filter(rises).length,
      excess: Object.fromEntries(
        curves.map(([kind, list]) => [kind, list.map((value) => Number(value.toPrecision(3)))]),
      ),
    };
  }
  return summary;
}

/** Four digits. */
function compact(found) {
  const short = (one) =>
    Object.fromEntries(
      Object.entries(one).map(([key, value]) => [key, Number(value.toPrecision(4))]),
    );
  return Object.fromEntries(Object.entries(found).map(([kind, list]) => [kind, list.map(short)]));
}
