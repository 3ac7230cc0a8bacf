import type { Command } from 'commander';
import { invalid } from '../errors.js';
import { Generator, type LoadOptions } from '../sample/generator.js';
import { addLoadOptions, loadOptions, refuseExisting } from './generate.js';
import { number, wholeNumber } from './parse.js';

interface InterpolateFlags extends LoadOptions {
  out: string;
  frames: number;
  keys: number;
  seed: number;
  fps: number;
  truncation?: number;
  label?: number;
  loop: boolean;
  force?: boolean;
}

export function addInterpolate(program: Command): void {
  const command = program
    .command('interpolate')
    .description('animate a path through latent space')
    .argument('<run>', 'run directory or checkpoint')
    .requiredOption('--out <file>', 'animation: .webp or .gif')
    .option('--frames <n>', 'frames in all', wholeNumber(2), 48)
    .option('--keys <n>', 'latents that the path leads through', wholeNumber(2), 4)
    .option('--seed <n>', 'seed of the latents', wholeNumber(0), 0)
    .option('--fps <n>', 'frames a second', number(1, 50), 12)
    .option('--truncation <psi>', 'above 0 and up to 1', number(1e-6, 1))
    .option('--label <n>', 'class index, for a conditional generator', wholeNumber(0))
    .option('--no-loop', 'end at the last latent, not back at the first');
  addLoadOptions(command).action(interpolate);
}

async function interpolate(run: string, flags: InterpolateFlags): Promise<void> {
  const { out, frames, keys, seed, fps, truncation, label, loop } = flags;
  if (!/\.(webp|gif)$/i.test(out)) throw invalid('--out', 'a name that ends in .webp or .gif', out);
  refuseExisting(out, flags.force);
  await using generator = await Generator.load(run, loadOptions(flags));
  const images = await generator.interpolate({
    frames,
    keys,
    seed,
    loop,
    ...(truncation !== undefined && { truncation }),
    ...(label !== undefined && { label }),
  });
  await images.toAnimation(out, { fps });
  process.stdout.write(`${out}\n`);
}
