import type { Command } from 'commander';
import { readImages } from '../data/read-images.js';
import type { Split } from '../data/split.js';
import { invalid } from '../errors.js';
import { writeFileAtomic } from '../files.js';
import { npy } from '../image/npy.js';
import { allocate } from '../memory.js';
import { ranges, seedAfter } from '../ranges.js';
import { Autoencoder } from '../sample/autoencoder.js';
import type { LoadOptions } from '../sample/generator.js';
import { splitOption } from './data-options.js';
import { addLoadOptions, loadOptions } from './generate.js';
import { requireFree, tellWritten } from './outputs.js';
import { inRange } from './parse.js';
import { openImages } from './real-data.js';

interface EncodeFlags extends LoadOptions {
  data?: string;
  split?: Split;
  out: string;
  count?: number;
  draw?: boolean;
  seed: number;
  force?: boolean;
}

/** Images that are read at a time. */
const most = 4096;

export function addEncode(program: Command): void {
  const command = program
    .command('encode')
    .description('codes of real images, by an autoencoder')
    .argument('<run>', 'run directory or checkpoint')
    .requiredOption('--out <file>', 'a NumPy array: float32, N × latentSize')
    .option('--data <source>', "real images; default the run's own data")
    .addOption(splitOption('part of the data; default one that was not trained on'))
    .option('--count <n>', 'the first so many; default all', inRange(ranges.images))
    .option('--draw', 'draw codes from the posterior, not its mean')
    .option('--seed <n>', 'seed of the draws', inRange(ranges.seed), 0);
  addLoadOptions(command).action(encode);
}

async function encode(run: string, flags: EncodeFlags): Promise<void> {
  const { out, draw = false, seed } = flags;
  if (!/\.npy$/i.test(out)) throw invalid('--out', 'a name that ends in .npy', out);
  await requireFree(out, flags.force);
  await using autoencoder = await Autoencoder.load(run, loadOptions(flags));
  const dataset = await openImages(autoencoder, flags);
  const count = Math.min(flags.count ?? dataset.length, dataset.length);
  const size = autoencoder.recipe.latentSize;
  const codes = allocate(Float32Array, count * size, `the codes of ${count} images`);
  for (let start = 0; start < count; start += most) {
    const indices = Uint32Array.from(
      { length: Math.min(most, count - start) },
      (_, i) => start + i,
    );
    const images = await readImages(dataset, indices);
    const part = await autoencoder.encode(images, { draw, seed: seedAfter(seed, start) });
    codes.set(part.data, start * size);
  }
  await writeFileAtomic(out, npy([count, size], codes));
  await tellWritten([out]);
}
