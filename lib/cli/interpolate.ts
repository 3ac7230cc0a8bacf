import type { Command } from 'commander';
import { type ClassLabel, parseClasses } from '../data/classes.js';
import { readImages } from '../data/read-images.js';
import type { Split } from '../data/split.js';
import { invalid } from '../errors.js';
import { shuffled } from '../evaluate/sides.js';
import type { Images } from '../image/images.js';
import { ranges } from '../ranges.js';
import { Autoencoder } from '../sample/autoencoder.js';
import { Generator, type LoadOptions } from '../sample/generator.js';
import { splitOption } from './data-options.js';
import { addLoadOptions, loadOptions } from './generate.js';
import { requireFree, tellWritten } from './outputs.js';
import { inRange } from './parse.js';
import { openImages } from './real-data.js';

interface InterpolateFlags extends LoadOptions {
  out: string;
  frames: number;
  keys: number;
  seed: number;
  fps: number;
  truncation?: number;
  label?: string;
  loop: boolean;
  real?: boolean;
  data?: string;
  split?: Split;
  force?: boolean;
}

export function addInterpolate(program: Command): void {
  const command = program
    .command('interpolate')
    .description('animate a path through latent space')
    .argument('<run>', 'run directory or checkpoint')
    .requiredOption('--out <file>', 'animation: .webp or .gif')
    .option('--frames <n>', 'frames in all', inRange(ranges.frames), 48)
    .option('--keys <n>', 'latents that the path leads through', inRange(ranges.keys), 4)
    .option('--seed <n>', 'seed of the latents', inRange(ranges.seed), 0)
    .option('--fps <n>', 'frames a second', inRange(ranges.framesPerSecond), 12)
    .option('--truncation <psi>', 'above 0 and up to 1', inRange(ranges.truncation))
    .option('--label <class>', 'class of a conditional generator, by index or name')
    .option('--real', 'through real images, of an autoencoder: --keys of them, by --seed')
    .option('--data <source>', "with --real: the images; default the run's own data")
    .addOption(splitOption('part of the data; default one that was not trained on'))
    .option('--no-loop', 'end at the last latent, not back at the first');
  addLoadOptions(command).action(interpolate);
}

async function interpolate(run: string, flags: InterpolateFlags): Promise<void> {
  const { out, frames, keys, seed, fps, truncation, label, loop } = flags;
  if (!/\.(webp|gif)$/i.test(out)) throw invalid('--out', 'a name that ends in .webp or .gif', out);
  await requireFree(out, flags.force);
  if (flags.real) {
    await (await throughReal(run, flags)).toAnimation(out, { fps });
    await tellWritten([out]);
    return;
  }
  for (const name of ['data', 'split'] as const) {
    if (flags[name] !== undefined)
      throw invalid(`--${name}`, 'nothing without --real', flags[name]);
  }
  await using generator = await Generator.load(run, loadOptions(flags));
  const images = await generator.interpolate({
    frames,
    keys,
    seed,
    loop,
    ...(truncation !== undefined && { truncation }),
    ...(label !== undefined && { label: oneClass(label, generator) }),
  });
  await images.toAnimation(out, { fps });
  await tellWritten([out]);
}

function oneClass(text: string, { classNames }: Generator): ClassLabel {
  const [label, ...others] = parseClasses(text, classNames, '--label');
  if (label === undefined || others.length > 0) throw invalid('--label', 'one class', text);
  return label;
}

/** Frames between real images. */
async function throughReal(run: string, flags: InterpolateFlags): Promise<Images> {
  const { frames, keys, seed, loop, truncation, label } = flags;
  for (const [name, value] of Object.entries({ truncation, label })) {
    if (value !== undefined) throw invalid(`--${name}`, 'nothing with --real', value);
  }
  await using autoencoder = await Autoencoder.load(run, loadOptions(flags));
  const dataset = await openImages(autoencoder, flags);
  const chosen = shuffled(dataset.length, seed).subarray(0, keys);
  return await autoencoder.interpolate(await readImages(dataset, chosen), { frames, loop });
}
