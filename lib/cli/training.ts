/** From the options of `ganode train` to what a Trainer takes. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GanodeError } from '../errors.js';
import { ioError } from '../files.js';
import { merge, type RecipeConfig } from '../recipes/resolve.js';
import { applySettings } from '../recipes/settings.js';
import { latestCheckpoint } from '../train/checkpoints.js';
import { type RunConfig, readConfigFile } from '../train/run-config.js';
import { type DataFlags, dataOptions } from './data-options.js';
import { defined } from './parse.js';
import { ownSource, requireThere, type Source } from './real-data.js';

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
  changedData?: boolean;
  transfer?: string;
  dryRun?: boolean;
  profile?: boolean;
  json?: boolean;
}

export interface Training {
  /** Recipe defaults < `--config` < `--set` < named options. */
  config: RecipeConfig;
  data: Source;
  /** The run directory; absent only in a dry run. */
  out: string | undefined;
  /** Path of the checkpoint to go on from. */
  resume: string | undefined;
  /** Goes on though the data has changed. */
  changedData: boolean;
  /** Run or checkpoint whose weights to begin with. */
  transfer: string | undefined;
}

/** Throws `INVALID_OPTION` where something is missing, `IO` or `INVALID_DATA` where a file is not there. */
export async function gather(flags: TrainFlags): Promise<Training> {
  const resume = await resumed(flags);
  const out = flags.out ?? resume?.dir;
  const file = flags.config ? await readConfig(flags.config) : {};
  const config = merge(applySettings(file.recipe ?? {}, flags.set), named(flags));
  return {
    config,
    data: await dataOf(flags, file, resume),
    out,
    resume: resume?.checkpoint,
    changedData: flags.changedData === true,
    transfer: flags.transfer ?? (resume ? undefined : file.transfer),
  };
}

/** The data that was named; else that of `--config`, or that of the run which goes on. */
async function dataOf(
  flags: TrainFlags,
  file: ConfigFile,
  resume: Resumed | undefined,
): Promise<Source> {
  const before = file.data ?? (resume && (await ownSource(resume.run)));
  const source = flags.data ?? before?.source;
  if (source === undefined) {
    const expected = 'mnist, fashion-mnist, a folder, or an .npy file';
    throw new GanodeError('INVALID_OPTION', `Expected --data SOURCE: ${expected}`);
  }
  if (flags.data === undefined && resume && !file.data) {
    await requireThere({ source, options: {} }, resume.run);
  }
  // A run that goes on takes its data as it did, wherever that lies now. A new one with other data knows nothing of it.
  const same = source === before?.source || (resume && !file.data);
  const options = same ? (before?.options ?? {}) : {};
  return { source, options: { ...options, ...dataOptions(flags) } };
}

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
  const value = await readConfigFile(path);
  const isRun = typeof value['recipe'] === 'object';
  return (isRun ? value : { recipe: value }) as ConfigFile;
}
