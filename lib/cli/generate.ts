import { type Command, Option } from 'commander';
import { type ClassLabel, parseClasses } from '../data/classes.js';
import { GanodeError } from '../errors.js';
import { writeFileAtomic } from '../files.js';
import { curves } from '../image/curves.js';
import { pictureFormat, writePicture } from '../image/encode.js';
import { npy } from '../image/npy.js';
import { ranges } from '../ranges.js';
import { Generator, type LoadOptions, type SampleOptions } from '../sample/generator.js';
import { isCurve } from '../train/picture.js';
import { requireFree, requireFreeFolder, tellWritten } from './outputs.js';
import { device, deviceHelp, inRange } from './parse.js';

interface GenerateFlags extends LoadOptions {
  count: number;
  seed: number;
  truncation?: number;
  labels?: string;
  expert?: number;
  grid?: string;
  png?: string;
  npy?: string;
  force?: boolean;
}

export const truncationHelp = 'above 0 and up to 1: fewer extremes, less variety';

/** Options of whatever loads a generator. */
export function addLoadOptions(command: Command): Command {
  return command
    .option('--no-ema', 'the weights as trained, not their average')
    .option(
      '--standing-statistics <batches>',
      'estimate the statistics of batch normalization anew, over so many batches of 64',
      inRange(ranges.standingStatistics),
    )
    .option(
      '--threads <n>',
      'threads for one operator, 1 to 1024; another number gives other last bits',
      inRange(ranges.threads),
    )
    .addOption(new Option('--precision <kind>', 'arithmetic').choices(['fp32', 'bf16', 'auto']))
    .option('--device <name>', deviceHelp, device)
    .option('--force', 'overwrite what is there');
}

export function loadOptions({
  ema,
  standingStatistics,
  threads,
  precision,
  device,
}: LoadOptions): LoadOptions {
  return {
    ...(ema !== undefined && { ema }),
    ...(standingStatistics !== undefined && { standingStatistics }),
    ...(threads !== undefined && { threads }),
    ...(precision !== undefined && { precision }),
    ...(device !== undefined && { device }),
  };
}

export function addGenerate(program: Command): void {
  const command = program
    .command('generate')
    .description('sample images from a run or a checkpoint')
    .argument('<run>', 'run directory or checkpoint')
    .option('--count <n>', 'images', inRange(ranges.images), 64)
    .option('--seed <n>', 'seed of the latents', inRange(ranges.seed), 0)
    .option('--truncation <psi>', truncationHelp, inRange(ranges.truncation))
    .option(
      '--labels <list>',
      'classes by index or name, one an image or one for all: dogs, or 0,1,2 (`ganode info` lists them)',
    )
    .option(
      '--expert <n>',
      'of a mixture of experts, the one that makes all images',
      inRange(ranges.index),
    )
    .option('--grid <file>', 'one picture with all images: .png, .jpg, .webp, .avif or .tiff')
    .option('--png <dir>', 'one PNG an image')
    .option(
      '--npy <file>',
      'a NumPy array: N×C×H×W, of the type of the data; of sequences N×steps×features',
    );
  addLoadOptions(command).action(generate);
}

async function generate(run: string, flags: GenerateFlags): Promise<void> {
  const { grid, png, npy } = flags;
  if (!grid && !png && !npy) {
    throw new GanodeError(
      'INVALID_OPTION',
      'Expected an output: --grid FILE.png, --png DIR or --npy FILE',
    );
  }
  if (grid) pictureFormat(grid, '--grid');
  for (const path of [grid, npy]) await requireFree(path, flags.force);
  await requireFreeFolder(png, flags.force);
  await using generator = await Generator.load(run, loadOptions(flags));
  const options = {
    seed: flags.seed,
    ...(flags.truncation !== undefined && { truncation: flags.truncation }),
    ...(flags.labels !== undefined && { labels: classesOf(flags.labels, generator) }),
    ...(flags.expert !== undefined && { expert: flags.expert }),
  };
  requirePictures(generator, flags);
  if (grid || png) await writePictures(generator, options, flags);
  if (npy) await writeArray(npy, generator, options, flags.count);
  await tellWritten([grid, png, npy]);
}

/** Throws where pictures are asked for of what is none. */
function requirePictures({ dtype, kind }: Generator, { grid, png }: GenerateFlags): void {
  if (dtype === 'uint8' || kind === 'images') return;
  const sequences = kind === 'sequences';
  if (!png && (!grid || sequences)) return;
  throw new GanodeError(
    'INVALID_OPTION',
    `Expected --npy${sequences ? ' or --grid' : ''} for a generator whose values are no pixels`,
  );
}

/** A grid as the run draws it (curves of sequences), and pictures. */
async function writePictures(
  generator: Generator,
  options: SampleOptions,
  { count, grid, png }: GenerateFlags,
): Promise<void> {
  const { recipe, dtype, kind } = generator;
  if (grid && isCurve({ shape: recipe.image, dtype, kind })) {
    const { data } = await generator.sampleRaw(count, options);
    const { height, width } = recipe.image;
    await writePicture(grid, (await curves([count, height, width], data)).png);
    return;
  }
  const images = await generator.sample(count, options);
  if (grid) await images.toGrid(grid);
  if (png) await images.toPngs(png);
}

/** Bytes where the data was bytes; otherwise the values as they are, and those of sequences N×steps×features. */
async function writeArray(
  file: string,
  generator: Generator,
  options: SampleOptions,
  count: number,
): Promise<void> {
  if (generator.dtype === 'uint8') {
    await (await generator.sample(count, options)).toNpy(file);
    return;
  }
  const { shape, data } = await generator.sampleRaw(count, options);
  const [, , steps = 0, features = 0] = shape;
  const sides = generator.kind === 'sequences' ? [count, steps, features] : shape;
  await writeFileAtomic(file, npy(sides, data));
}

/** One class for all images, or one an image. */
function classesOf(text: string, { classNames }: Generator): ClassLabel | ClassLabel[] {
  const labels = parseClasses(text, classNames, '--labels');
  return labels.length === 1 ? (labels[0] as ClassLabel) : labels;
}
