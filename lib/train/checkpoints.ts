/** Checkpoint files of a run, and what their metadata says. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Dataset } from '../data/dataset.js';
import { GanodeError } from '../errors.js';
import { ioError, writeFileAtomic } from '../files.js';
import { type CheckpointReport, native } from '../native.js';
import type { Recipe } from '../recipes/schema.js';

const pattern = /^step-(\d+)\.safetensors$/;

export function checkpointPath(dir: string, step: number): string {
  return join(dir, 'checkpoints', `step-${String(step).padStart(6, '0')}.safetensors`);
}

/** Metadata of a checkpoint; the native side adds `ganode.steps`, `ganode.format` and `ganode.checksum`. */
export function checkpointMetadata(
  recipe: Recipe,
  versions: Record<string, string>,
  { name, length }: Dataset,
): Record<string, string> {
  return {
    'ganode.recipe': JSON.stringify(recipe),
    'ganode.versions': JSON.stringify(versions),
    'ganode.data': JSON.stringify({ name, length }),
  };
}

export interface CheckpointMetadata {
  recipe: Recipe;
  /** Steps done. */
  step: number;
  /** The data it was trained on. */
  data: { name: string; length: number } | undefined;
  versions: Record<string, string>;
}

/** What the metadata of a checkpoint says. Throws `CHECKPOINT_MISMATCH` where it is no checkpoint of ganode's. */
export function readMetadata({ metadata }: CheckpointReport, path: string): CheckpointMetadata {
  const json = (key: string): unknown => JSON.parse(metadata[key] ?? 'null');
  try {
    const recipe = json('ganode.recipe') as Recipe | null;
    const step = Number(metadata['ganode.steps']);
    if (recipe?.models && Number.isInteger(step)) {
      return {
        recipe,
        step,
        data: (json('ganode.data') as CheckpointMetadata['data'] | null) ?? undefined,
        versions: (json('ganode.versions') as Record<string, string> | null) ?? {},
      };
    }
  } catch {
    // Told below.
  }
  throw new GanodeError(
    'CHECKPOINT_MISMATCH',
    `${path}: expected a checkpoint of ganode but it carries no recipe`,
    { details: { path } },
  );
}

/** Checkpoints of a run by step, newest first. */
export async function listCheckpoints(dir: string): Promise<{ path: string; step: number }[]> {
  const folder = join(dir, 'checkpoints');
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const step = pattern.exec(name)?.[1];
      return step === undefined ? [] : [{ path: join(folder, name), step: Number(step) }];
    })
    .sort((a, b) => b.step - a.step);
}

/** Makes `latest` name this checkpoint, then removes the oldest beyond `keep`. */
export async function publishCheckpoint(
  dir: string,
  path: string,
  keep: number | null,
): Promise<void> {
  await writeFileAtomic(join(dir, 'latest'), `${path.slice(dir.length).replace(/^[\\/]/, '')}\n`);
  if (keep === null) return;
  for (const old of (await listCheckpoints(dir)).slice(keep)) {
    if (old.path !== path) await rm(old.path, { force: true });
  }
}

/**
 * The checkpoint that a run directory's `latest` names; where that file is missing, the newest one.
 * Throws `INVALID_DATA` where there is none.
 */
export async function latestCheckpoint(dir: string): Promise<string> {
  const checkpoints = await listCheckpoints(dir);
  try {
    const named = join(dir, (await readFile(join(dir, 'latest'), 'utf8')).trim());
    if (checkpoints.some((checkpoint) => checkpoint.path === named)) return named;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw ioError('read', dir, error);
  }
  const newest = checkpoints[0];
  if (newest) return newest.path;
  throw new GanodeError('INVALID_DATA', `${dir}: expected a run with a checkpoint but found none`, {
    details: { path: dir },
  });
}

/** Adds to the refusal of a checkpoint which earlier one is whole, and how to take it. */
export async function offerEarlier(error: unknown, path: string): Promise<unknown> {
  const refused = error instanceof GanodeError && error.code === 'CHECKPOINT_CORRUPT';
  if (!refused) return error;
  const dir = dirname(dirname(path));
  for (const other of await listCheckpoints(dir)) {
    if (other.path === path) continue;
    const whole = await native()
      .inspectCheckpoint(other.path)
      .then(
        () => true,
        () => false,
      );
    if (whole) {
      return new GanodeError(
        'CHECKPOINT_CORRUPT',
        `${error.message}; an earlier one is whole: resume from ${other.path}`,
        { details: { ...error.details, earlier: other.path } },
      );
    }
  }
  return error;
}
