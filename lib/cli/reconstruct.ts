import type { Command } from 'commander';
import { kindOf } from '../data/kind.js';
import { readImages } from '../data/read-images.js';
import type { Split } from '../data/split.js';
import { GanodeError } from '../errors.js';
import { shuffled } from '../evaluate/sides.js';
import { pictureFormat } from '../image/encode.js';
import { Images } from '../image/images.js';
import { bytesOf } from '../image/pixels.js';
import { ranges } from '../ranges.js';
import { Autoencoder, type Bound } from '../sample/autoencoder.js';
import type { LoadOptions } from '../sample/generator.js';
import { splitOption } from './data-options.js';
import { addLoadOptions, loadOptions } from './generate.js';
import { requireFree, tellWritten } from './outputs.js';
import { inRange } from './parse.js';
import { openImages } from './real-data.js';

interface ReconstructFlags extends LoadOptions {
  data?: string;
  split?: Split;
  count: number;
  seed: number;
  grid?: string;
  npy?: string;
  force?: boolean;
}

/** Images of a row of the grid. */
const columns = 16;

export function addReconstruct(program: Command): void {
  const command = program
    .command('reconstruct')
    .description('real images and what an autoencoder makes of them')
    .argument('<run>', 'run directory or checkpoint')
    .option('--data <source>', "real images; default the run's own data")
    .addOption(splitOption('part of the data; default one that was not trained on'))
    .option('--count <n>', 'images', inRange(ranges.images), 32)
    .option('--seed <n>', 'seed of the choice of images', inRange(ranges.seed), 0)
    .option('--grid <file>', 'a picture: rows of images, each above its reconstructions')
    .option('--npy <file>', 'the reconstructions as a NumPy array: uint8, N×C×H×W');
  addLoadOptions(command).action(reconstruct);
}

async function reconstruct(run: string, flags: ReconstructFlags): Promise<void> {
  const { grid, npy, force } = flags;
  if (!grid && !npy) {
    throw new GanodeError('INVALID_OPTION', 'Expected an output: --grid FILE.png or --npy FILE');
  }
  if (grid) pictureFormat(grid, '--grid');
  for (const path of [grid, npy]) await requireFree(path, force);
  await using autoencoder = await Autoencoder.load(run, loadOptions(flags));
  const dataset = await openImages(autoencoder, flags);
  const count = Math.min(flags.count, dataset.length);
  const real = await readImages(dataset, shuffled(dataset.length, flags.seed).subarray(0, count));
  if (dataset.dtype === 'float32' && kindOf(dataset) !== 'images') {
    const message = `${dataset.name}: expected images but its values are no pixels`;
    throw new GanodeError('INVALID_DATA', message);
  }
  const made = await autoencoder.reconstruct(real);
  if (grid)
    await alternating(new Images(real.shape, bytesOf(real.data)), made).toGrid(grid, { columns });
  if (npy) await made.toNpy(npy);
  await tellWritten([grid, npy], boundText(dataset.name, await autoencoder.bound(real)));
}

/** Rows of one in turn with rows of the other; what is missing of the last rows is black. */
function alternating(above: Images, below: Images): Images {
  const [count = 0, ...image] = above.shape;
  const size = above.data.length / count;
  const width = Math.min(columns, count);
  const rows = Math.ceil(count / width);
  const all = new Uint8Array(2 * rows * width * size);
  for (let row = 0; row < rows; row += 1) {
    const part = [row * width * size, Math.min((row + 1) * width, count) * size] as const;
    all.set(above.data.subarray(...part), 2 * row * width * size);
    all.set(below.data.subarray(...part), (2 * row + 1) * width * size);
  }
  return new Images([2 * rows * width, ...image], all);
}

function boundText(
  data: string,
  { elbo, reconstruction, kl, squaredError, images }: Bound,
): string {
  const nats = [
    ...(elbo === undefined ? [] : [`ELBO ${elbo.toFixed(2)}`]),
    `reconstruction ${reconstruction.toFixed(2)}`,
    ...(kl === undefined ? [] : [`KL ${kl.toFixed(2)}`]),
  ];
  return `${images} images of ${data}: ${nats.join(', ')} nats an image; squared error ${squaredError.toFixed(4)}`;
}
