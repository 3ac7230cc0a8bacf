/** From the options of `ganode train` to what a Trainer takes. */
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SourceOptions } from '../data/source.js';
import { GanodeError } from '../errors.js';
import { ioError } from '../files.js';
import { merge, type RecipeConfig } from '../recipes/resolve.js';
import { applySettings } from '../recipes/settings.js';
import { latestCheckpoint } from '../train/checkpoints.js';
import { type RunConfig, readRunConfig } from '../train/run-directory.js';
import { type DataFlags, dataOptions } from './data-options.js';
import { defined } from './parse.js';

/** Options of `ganode train`, as commander gives them. */
export interface TrainFlags extends DataFlags {
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
  transfer?: string;
  dryRun?: boolean;
  profile?: boolean;
  json?: boolean;
}

export interface Training {
  /** Recipe defaults < `--config` < `--set` < named options. */
  config: RecipeConfig;
  data: { source: string; options: SourceOptions };
  /** The run directory; absent only in a dry run. */
  out: string | undefined;
  /** Path of the checkpoint to go on from. */
  resume: string | undefined;
  /** Run or checkpoint whose weights to begin with. */
  transfer: string | undefined;
}

/** Throws `INVALID_OPTION` where something is missing, `IO` or `INVALID_DATA` where a file is not there. */
export async function gather(flags: TrainFlags): Promise<Training> {
  const resume = await resumed(flags);
  const out = flags.out ?? resume?.dir;
  const file = flags.config ? await readConfig(flags.config) : {};
  const config = merge(applySettings(file.recipe ?? {}, flags.set), named(flags));
  const before = file.data ?? (resume && (await readRunConfig(resume.run).catch(none))?.data);
  const source = flags.data ?? before?.source;
  if (!source) {
    const expected = 'mnist, fashion-mnist, a folder, or an .npy file';
    throw new GanodeError('INVALID_OPTION', `Expected --data SOURCE: ${expected}`);
  }
  // The options of other data say nothing of this one.
  const options = source === before?.source ? before.options : {};
  return {
    config,
    data: { source, options: { ...options, ...dataOptions(flags) } },
    out,
    resume: resume?.checkpoint,
    transfer: flags.transfer ?? (resume ? undefined : file.transfer),
  };
}

const none = (): undefined => undefined;

interface Resumed {
  checkpoint: string;
  /** The run that the checkpoint is of. */
  run: string;
  /** The run directory that was named in place of a checkpoint. */
  dir?: string;
}

/** `--resume` alone means the latest checkpoint of `--out`; `--resume RUN` the latest of that run, which `--out` then defaults to. */
async function resumed({ resume, out }: TrainFlags): Promise<Resumed | undefined> {
  if (!resume) return undefined;
  if (resume === true) {
    if (!out) throw new GanodeError('INVALID_OPTION', 'Expected --out DIR, the run to resume');
    return { checkpoint: await latestCheckpoint(out), run: out };
  }
  const found = await stat(resume).catch((error: unknown) => {
    throw ioError('read', resume, error);
  });
  return found.isDirectory()
    ? { checkpoint: await latestCheckpoint(resume), run: resume, dir: resume }
    : { checkpoint: resume, run: dirname(dirname(resume)) };
}

function named(flags: TrainFlags): Record<string, unknown> {
  const { recipe, batch, precision, device, threads, seed, epochs, images } = flags;
  const duration =
    epochs !== undefined ? { epochs } : images !== undefined ? { images } : undefined;
  return defined({ recipe, batch, precision, device, threads, seed, duration });
}

interface ConfigFile {
  recipe?: RecipeConfig;
  transfer?: string;
  data?: NonNullable<RunConfig['data']>;
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
