import type { Command } from 'commander';
import { type Dataset, imageSize } from '../data/dataset.js';
import { openDataset } from '../data/source.js';
import type { Split } from '../data/split.js';
import { GanodeError } from '../errors.js';
import { evaluate as evaluateGenerator } from '../evaluate/evaluate.js';
import type { FeatureExtractor } from '../evaluate/extractor.js';
import { type ExtractorName, extractorNames } from '../evaluate/job.js';
import type { EvaluationReport, MetricName } from '../evaluate/report.js';
import { drawing, shuffled } from '../evaluate/sides.js';
import { openTorchScript } from '../evaluate/torchscript.js';
import { writeFileAtomic } from '../files.js';
import { pictureFormat, writePicture } from '../image/encode.js';
import { scatter } from '../image/scatter.js';
import { ranges } from '../ranges.js';
import { Generator, type LoadOptions } from '../sample/generator.js';
import { onOneLine } from '../text.js';
import { splitOption } from './data-options.js';
import { reportText } from './evaluation-text.js';
import { addLoadOptions, loadOptions, truncationHelp } from './generate.js';
import { print, tell } from './output.js';
import { isStandardOutput, requireFree } from './outputs.js';
import { inRange, names } from './parse.js';
import { openHeldOut, sourceOf } from './real-data.js';

interface EvaluateFlags extends LoadOptions {
  data?: string;
  extractor?: string;
  count?: number;
  seed: number;
  truncation?: number;
  metrics?: string[];
  split?: Split;
  cache: boolean;
  json?: boolean;
  out?: string;
  scatter?: string;
  force?: boolean;
}

export function addEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('measure generated images against real ones')
    .argument('<run>', 'run directory or checkpoint')
    .option('--data <source>', "real images; default the run's own data")
    .addOption(splitOption('part of the data that generated images are compared with'))
    .option(
      '--extractor <which>',
      'train: a classifier of the data, trained once; features: random filters, of data without labels; values: the values themselves; or a TorchScript file, which can run code: only one that you trust; default: what the data allows, in this order',
    )
    .option(
      '--count <n>',
      'generated images; default as many as the data has, from 100 to 10000; of ring and grid 2500, of stacked-mnist 26000',
      inRange(ranges.measured),
    )
    .option(
      '--seed <n>',
      'seed of the latents and of the choice of real images',
      inRange(ranges.seed),
      0,
    )
    .option('--truncation <psi>', truncationHelp, inRange(ranges.truncation))
    .option('--metrics <list>', 'some of them only: frechetDistance,recall', names)
    .option('--no-cache', 'find the features of real images anew, and keep them not')
    .option('--json', 'the whole report as JSON')
    .option('--out <file>', 'the whole report as a JSON file')
    .option('--scatter <file>', 'of ring and grid: a picture of generated points over real ones');
  addLoadOptions(command).action(evaluate);
}

async function evaluate(run: string, flags: EvaluateFlags): Promise<void> {
  const { count, seed, truncation, metrics, cache, json, out, threads, force } = flags;
  if (flags.scatter) pictureFormat(flags.scatter, '--scatter');
  for (const path of [out, flags.scatter]) await requireFree(path, force);
  await using generator = await Generator.load(run, loadOptions(flags));
  const { data, classifierData } = await openReal(generator, flags);
  const others = generator.recipe.autoencoding
    ? await openHeldOut(await sourceOf(generator, flags.data), generator.recipe.image)
    : undefined;
  if (flags.scatter) requirePoints(data);
  const onProgress = (text: string): void => void tell(`${onOneLine(text)}\n`);
  const extractor = await openExtractor(flags);
  try {
    const report = await evaluateGenerator({
      generator,
      data,
      ...(classifierData && { classifierData }),
      ...(others && { heldOut: others }),
      load: loadOptions(flags),
      ...(extractor && { extractor }),
      ...(count !== undefined && { count }),
      seed,
      ...(truncation !== undefined && { truncation }),
      // Checked there, with the data's own list.
      ...(metrics && { metrics: metrics as MetricName[] }),
      cache,
      ...(threads !== undefined && { threads }),
      ...(!json && { onProgress }),
    });
    for (const warning of report.warnings) tell(`ganode: warning: ${onOneLine(warning)}\n`);
    const whole = `${JSON.stringify(report, null, 2)}\n`;
    // A file that is standard output itself is all that is there.
    const outputs = [out, flags.scatter].filter((path) => path !== undefined);
    if (!(await Promise.all(outputs.map(isStandardOutput))).includes(true)) {
      // Before the files: where these cannot be written, what took long to measure is not lost.
      print(json ? whole : reportText(report));
    }
    if (out) await writeFileAtomic(out, whole);
    if (flags.scatter) await writeScatter(flags.scatter, generator, data, report);
  } finally {
    if (typeof extractor === 'object') await extractor.dispose();
  }
}

async function openExtractor({
  extractor,
  threads,
}: EvaluateFlags): Promise<FeatureExtractor | ExtractorName | undefined> {
  const name = extractorNames.find((known) => known === extractor);
  if (extractor === undefined || name) return name;
  return openTorchScript({ path: extractor, ...(threads !== undefined && { threads }) });
}

/**
 * The real images, in the generator's size; and where the classifier learns from others (the training part, MNIST for its
 * stacks), those.
 */
async function openReal(
  generator: Generator,
  { data: asked, split, extractor }: EvaluateFlags,
): Promise<{ data: Dataset; classifierData?: Dataset }> {
  const own = await sourceOf(generator, asked);
  const { source, options } = own;
  const { image } = generator.recipe;
  const data = await openDataset(source, { ...options, image, ...(split && { split }) });
  if (extractor !== undefined && extractor !== 'train') return { data };
  const [name = '', dir] = source.split(/:(.*)/s);
  if (name === 'stacked-mnist') {
    const digits = dir ? `mnist:${dir}` : 'mnist';
    return {
      data,
      classifierData: await openDataset(digits, { image: { ...image, channels: 1 } }),
    };
  }
  if (!split || split === (options.split ?? 'train')) return { data };
  return { data, classifierData: await openDataset(source, { ...options, image }) };
}

function requirePoints({ name, dtype, shape }: Dataset): void {
  if (dtype === 'float32' && imageSize(shape) === 2) return;
  const message = `Expected ring or grid for --scatter, points in the plane, but the data is ${name}`;
  throw new GanodeError('INVALID_OPTION', message);
}

/** The points that were measured, generated ones over real ones. */
async function writeScatter(
  file: string,
  generator: Generator,
  data: Dataset,
  { fakes: count, reals, seed, truncation }: EvaluationReport,
): Promise<void> {
  const real = new Float32Array(2 * reals);
  const order = shuffled(data.length, seed).subarray(0, reals);
  await data.read(order, real);
  const job = { generator, data, count, seed, ...(truncation !== undefined && { truncation }) };
  const generated = await generator.sampleRaw(count, drawing(job, order).options);
  await writePicture(file, await scatter(real, generated.data));
}
