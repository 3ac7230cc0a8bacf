import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { Sampler } from '../data/sampler.js';
import { openDataset, type SourceOptions } from '../data/source.js';
import { GanodeError } from '../errors.js';
import { ioError } from '../files.js';
import { summary } from '../graph/summary.js';
import { native } from '../native.js';
import { merge, type RecipeConfig, resolveRecipe } from '../recipes/resolve.js';
import type { Recipe } from '../recipes/schema.js';
import { applySettings } from '../recipes/settings.js';
import { readRunConfig } from '../train/run-directory.js';
import { Schedule } from '../train/schedule.js';
import { Trainer } from '../train/trainer.js';
import { exitCodes } from './exit.js';
import { collect, positive, wholeNumber } from './parse.js';
import { Progress } from './progress.js';

interface TrainFlags {
  recipe?: string;
  data?: string;
  out?: string;
  epochs?: number;
  images?: number;
  batch?: number;
  precision?: string;
  device?: string;
  threads?: number;
  seed?: number;
  config?: string;
  set: string[];
  resume?: boolean | string;
  dryRun?: boolean;
  json?: boolean;
  size?: number;
  channels?: number;
  split?: 'train' | 'test';
  onBroken?: 'skip' | 'error';
  memoryLimit?: number;
}

export function addTrain(program: Command): void {
  program
    .command('train')
    .description('train a GAN')
    .option('--recipe <name>', 'recipe (see `ganode recipes`); default dcgan')
    .option('--data <source>', 'mnist, fashion-mnist, either with :DIR, or a folder of images')
    .option('--out <dir>', 'run directory')
    .addOption(
      new Option('--epochs <n>', 'passes over the data').argParser(positive).conflicts('images'),
    )
    .option('--images <n>', 'real images to show', wholeNumber(1))
    .option('--batch <n>', 'images a batch', wholeNumber(1))
    .addOption(new Option('--precision <kind>', 'arithmetic').choices(['fp32', 'bf16', 'auto']))
    .addOption(new Option('--device <kind>', 'device').choices(['cpu', 'cuda', 'auto']))
    .option('--threads <n>', 'threads for one operator', wholeNumber(1))
    .option('--seed <n>', 'seed of everything random', wholeNumber(0))
    .option('--config <file>', "recipe as JSON, or a run's config.json")
    .option('--set <path=value>', 'any setting of the recipe; may be repeated', collect, [])
    .option('--resume [checkpoint]', "go on from the run's latest checkpoint, or from this one")
    .option(
      '--dry-run',
      'validate everything, print the networks and the cost of a step, train nothing',
    )
    .option('--json', 'one JSON event a line on standard output')
    .option('--size <n>', 'height and width of the images; other sizes are resized', wholeNumber(1))
    .option('--channels <n>', 'channels of a folder of images: 1 or 3', wholeNumber(1))
    .addOption(
      new Option('--split <name>', 'part of MNIST and its like').choices(['train', 'test']),
    )
    .addOption(
      new Option('--on-broken <what>', 'for images that do not decode').choices(['skip', 'error']),
    )
    .option(
      '--memory-limit <bytes>',
      'decoded images kept in memory; default 1 GiB',
      wholeNumber(0),
    )
    .action((flags: TrainFlags) => train(flags));
}

async function train(flags: TrainFlags): Promise<void> {
  const { config, data } = await gather(flags);
  if (flags.dryRun) return dryRun(config, data);
  if (!flags.out)
    throw new GanodeError('INVALID_OPTION', 'Expected --out DIR, a folder for the run');
  const trainer = await Trainer.create({
    recipe: config,
    data: data.source,
    dataOptions: data.options,
    out: flags.out,
    ...(flags.resume && { resume: flags.resume }),
  });
  const interrupted = new AbortController();
  const interrupt = (): void => {
    if (interrupted.signal.aborted) process.exit(exitCodes.interrupted);
    interrupted.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const progress = new Progress(flags.json === true);
  try {
    for await (const event of trainer.train({ signal: interrupted.signal })) progress.show(event);
    if (interrupted.signal.aborted) process.exitCode = exitCodes.interrupted;
  } finally {
    progress.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await trainer.dispose();
  }
}

/** Recipe defaults < --config < --set < named options. */
async function gather(
  flags: TrainFlags,
): Promise<{ config: RecipeConfig; data: { source: string; options: SourceOptions } }> {
  const resumed =
    flags.resume && flags.out ? await readRunConfig(flags.out).catch(() => undefined) : undefined;
  const file = flags.config ? await readConfig(flags.config) : {};
  const config = merge(applySettings(file.recipe ?? {}, flags.set), named(flags));
  const source = flags.data ?? file.data?.source ?? resumed?.data?.source;
  if (!source) {
    throw new GanodeError(
      'INVALID_OPTION',
      'Expected --data SOURCE: mnist, fashion-mnist, or a folder',
    );
  }
  const before = (file.data ?? resumed?.data)?.options ?? {};
  return { config, data: { source, options: { ...before, ...sourceOptions(flags) } } };
}

function named(flags: TrainFlags): Record<string, unknown> {
  const { recipe, batch, precision, device, threads, seed, epochs, images } = flags;
  const duration =
    epochs !== undefined ? { epochs } : images !== undefined ? { images } : undefined;
  return defined({ recipe, batch, precision, device, threads, seed, duration });
}

function sourceOptions(flags: TrainFlags): SourceOptions {
  const { size, channels, split, onBroken, memoryLimit } = flags;
  const image = defined({ height: size, width: size, channels });
  return {
    ...(Object.keys(image).length > 0 && { image }),
    ...defined({ split, onBroken, memoryLimit }),
  };
}

function defined<T extends Record<string, unknown>>(
  values: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as never;
}

interface ConfigFile {
  recipe?: RecipeConfig;
  data?: { source: string; options?: SourceOptions };
}

/** A recipe, or a run's config.json, which holds one under `recipe`. */
async function readConfig(path: string): Promise<ConfigFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw ioError('read', path, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new GanodeError('INVALID_OPTION', `${path}: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new GanodeError('INVALID_OPTION', `${path}: expected a JSON object`);
  }
  const isRun = typeof (value as { recipe?: unknown }).recipe === 'object';
  return (isRun ? value : { recipe: value }) as ConfigFile;
}

async function dryRun(
  config: RecipeConfig,
  data: { source: string; options: SourceOptions },
): Promise<void> {
  const dataset = await openDataset(data.source, data.options);
  const recipe = resolveRecipe(config, {
    image: dataset.shape,
    ...(dataset.classes && { classes: dataset.classes.length }),
  });
  const sampler = new Sampler(dataset.length, recipe.batch, recipe.seed);
  const schedule = new Schedule(recipe, sampler.batchesPerEpoch);
  const { channels, height, width } = dataset.shape;
  const lines = [
    `recipe ${recipe.recipe}, data ${dataset.name}: ${dataset.length} images of ${channels}×${height}×${width}`,
    '',
    'generator',
    summary(recipe.models.generator),
    '',
    'discriminator',
    summary(recipe.models.discriminator),
    '',
    `${schedule.totalSteps} steps of ${schedule.imagesPerStep} images; ${costOfStep(recipe)}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/**
 * Multiply-adds of a step. A backward pass costs as much as a forward pass for the gradient of the input and as much again for
 * that of the weights; a G-update goes through D without gradients of D's weights.
 */
function costOfStep(recipe: Recipe): string {
  const cost = (graph: unknown): number =>
    native().inspectGraph(JSON.stringify(graph)).multiplyAdds;
  const g = cost(recipe.models.generator);
  const d = cost(recipe.models.discriminator);
  const { discriminatorSteps, generatorSteps, accumulation, batch } = recipe;
  const perDiscriminator = 2 * 3 * d + g;
  const perGenerator = 2 * d + 2 * g;
  const again = (generatorSteps - 1) * g;
  const items = batch * accumulation;
  const total =
    items * (discriminatorSteps * perDiscriminator + generatorSteps * perGenerator + again);
  return `${(total / 1e9).toFixed(2)} billion multiply-adds a step`;
}
