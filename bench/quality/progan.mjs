// Progressive GAN on MNIST at 32×32, as it grows: measured at the end of each size.
//
//   node bench/quality/progan.mjs                  --seed 0 --out DIR (goes on there) --grid FILE
//
// Records results/progan.json. Measured are 10,000 fakes (10,000 again at each smaller size, enlarged as training sees them)
// against MNIST's training images at 32×32, by the classifier that `ganode evaluate` trains.
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../../dist/data/source.js';
import { evaluate, Generator, Trainer } from '../../dist/index.js';
import { record } from './common.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '0' },
    out: { type: 'string' },
    grid: { type: 'string' },
  },
});
const out = values.out ?? join(mkdtempSync(join(tmpdir(), 'ganode-quality-')), 'run');

/** The recipe, narrower, with shorter sizes and smaller batches. */
const settings = {
  model: { latentSize: 64, width: 8, maxWidth: 32 },
  growing: {
    stableImages: 10_000,
    fadeImages: 10_000,
    batches: { 4: 64, 8: 64, 16: 32, 32: 16 },
  },
  duration: { images: 110_000 },
};

/** Real images shown when each size has been trained: just before the next one fades in. */
const { stableImages, fadeImages } = settings.growing;
const ends = [8, 16].map((size, i) => [size, (i + 1) * (stableImages + fadeImages) + stableImages]);

async function measure(path) {
  const generator = await Generator.load(path, { threads: 1 });
  const { metrics } = await evaluate({ generator, data, threads: 1 });
  await generator.dispose();
  return {
    numbers: Object.fromEntries(metrics.map(({ name, value }) => [name, value])),
    floor: Object.fromEntries(metrics.map(({ name, floor }) => [name, floor?.value])),
  };
}

const data = await openDataset('mnist', { image: { channels: 1, height: 32, width: 32 } });
const recipe = {
  recipe: 'progan',
  ...settings,
  threads: 1,
  seed: Number(values.seed),
  reportEvery: 50,
};
const started = performance.now();
const cpu = process.cpuUsage();
const resume = existsSync(join(out, 'latest'));
const trainer = await Trainer.create({ recipe: resume ? {} : recipe, data, out, resume });
const sizes = [];
for (const [size, images] of [...ends, [32, settings.duration.images]]) {
  for await (const event of trainer.train({ images })) {
    if (event.type === 'warning') console.error(event.message);
    if (event.type === 'progress' && event.step % 500 === 0) {
      const { step, images: shown, imagesPerSecond, metrics } = event;
      console.error(
        `${step}: ${shown} images, lod ${metrics.lod.toFixed(2)}, ${imagesPerSecond.toFixed(0)}/s`,
      );
    }
  }
  const path = join(out, `size-${size}.safetensors`);
  await trainer.save(path);
  const { user } = process.cpuUsage(cpu);
  const seconds = Math.round((performance.now() - started) / 1000);
  sizes.push({ size, images, path, seconds, processorSeconds: Math.round(user / 1e6) });
  console.error(
    `${size}×${size}: ${images} images, ${seconds} s, processor ${sizes.at(-1).processorSeconds} s`,
  );
}
await trainer.dispose();
if (values.grid) {
  const generator = await Generator.load(sizes.at(-1).path, { threads: 1 });
  await (await generator.sample(64, { seed: 1 })).toGrid(values.grid);
  await generator.dispose();
}
let floor;
const results = [];
for (const { path, ...one } of sizes) {
  const measured = await measure(path);
  floor = measured.floor;
  results.push({ ...one, ...measured.numbers });
  console.log(JSON.stringify(results.at(-1)));
}
record('progan', 'mnist', { seed: recipe.seed, resumed: resume, settings, sizes: results, floor });
