import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { type ClassLabel, parseClasses } from '../data/classes.js';
import { GanodeError } from '../errors.js';
import { writeFileAtomic } from '../files.js';
import { curves } from '../image/curves.js';
import { npy } from '../image/npy.js';
import { Generator, type LoadOptions } from '../sample/generator.js';
import { number, wholeNumber } from './parse.js';

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
      wholeNumber(1),
    )
    .option('--threads <n>', 'threads for one operator', wholeNumber(1))
    .addOption(new Option('--precision <kind>', 'arithmetic').choices(['fp32', 'bf16', 'auto']))
    .addOption(new Option('--device <kind>', 'device').choices(['cpu', 'cuda', 'auto']))
    .option('--force', 'overwrite what is there');
}

/** Throws rather than overwrite what is there. */
export function refuseExisting(path: string | undefined, force: boolean | undefined): void {
  if (path && !force && existsSync(path)) {
    throw new GanodeError('INVALID_OPTION', `${path} is there already; --force overwrites it`);
  }
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
    .option('--count <n>', 'images', wholeNumber(1), 64)
    .option('--seed <n>', 'seed of the latents', wholeNumber(0), 0)
    .option('--truncation <psi>', truncationHelp, number(1e-6, 1))
    .option(
      '--labels <list>',
      'classes by index or name, one an image or one for all: dogs, or 0,1,2 (`ganode info` lists them)',
    )
    .option(
      '--expert <n>',
      'of a mixture of experts, the one that makes all images',
      wholeNumber(0),
    )
    .option('--grid <file>', 'one PNG with all images')
    .option('--png <dir>', 'one PNG an image')
    .option(
      '--npy <file>',
      'a NumPy array: uint8, N×C×H×W; of sequences float32, N×steps×features',
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
  for (const path of [grid, png, npy]) refuseExisting(path, flags.force);
  await using generator = await Generator.load(run, loadOptions(flags));
  const options = {
    seed: flags.seed,
    ...(flags.truncation !== undefined && { truncation: flags.truncation }),
    ...(flags.labels !== undefined && { labels: classesOf(flags.labels, generator) }),
    ...(flags.expert !== undefined && { expert: flags.expert }),
  };
  if (generator.dtype === 'float32') {
    await writeValues(await generator.sampleRaw(flags.count, options), flags);
  } else {
    const images = await generator.sample(flags.count, options);
    if (grid) await images.toGrid(grid);
    if (png) await images.toPngs(png);
    if (npy) await images.toNpy(npy);
  }
  for (const path of [grid, png, npy]) if (path) process.stdout.write(`${path}\n`);
}

/** One class for all images, or one an image. */
function classesOf(text: string, { classNames }: Generator): ClassLabel | ClassLabel[] {
  const labels = parseClasses(text, classNames, '--labels');
  return labels.length === 1 ? (labels[0] as ClassLabel) : labels;
}

/** Of a generator whose values are no pixels: float32, of one channel N×steps×features; curves for a grid. */
async function writeValues(
  { shape, data }: { shape: number[]; data: Float32Array },
  { grid, png, npy: file }: GenerateFlags,
): Promise<void> {
  const [count = 0, channels = 0, steps = 0, features = 0] = shape;
  const sequences = channels === 1;
  if (png || (grid && !sequences)) {
    throw new GanodeError(
      'INVALID_OPTION',
      `Expected --npy${sequences ? ' or --grid' : ''} for a generator whose values are no pixels`,
    );
  }
  if (grid) await writeFileAtomic(grid, (await curves([count, steps, features], data)).png);
  if (file) await writeFileAtomic(file, npy(sequences ? [count, steps, features] : shape, data));
}
