/** Checkpoint files of a run, and what their metadata says. */
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { DataIdentity } from '../data/identity.js';
import { GanodeError } from '../errors.js';
import { readText } from '../files/read.js';
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
  data: DataIdentity,
): Record<string, string> {
  return {
    'ganode.recipe': JSON.stringify(recipe),
    'ganode.versions': JSON.stringify(versions),
    'ganode.data': JSON.stringify(data),
  };
}

export interface CheckpointMetadata {
  recipe: Recipe;
  /** Steps done. */
  step: number;
  /** The data it was trained on. */
  data: DataIdentity | undefined;
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
  // With slashes everywhere, so that a run may move to another system.
  const name = relative(dir, path).split(sep).join('/');
  await writeFileAtomic(join(dir, 'latest'), `${name}\n`);
  if (keep === null) return;
  for (const old of (await listCheckpoints(dir)).slice(keep)) {
    if (old.path !== path) await removeFile(old.path);
  }
}

/** Removes a file that may be gone already. Throws `IO`. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true }).catch((error: unknown) => {
    throw ioError('remove', path, error);
  });
}

/**
 * The checkpoint that a run directory's `latest` names; where that file is missing, the newest one.
 * Throws `INVALID_DATA` where there is none.
 */
export async function latestCheckpoint(dir: string): Promise<string> {
  const checkpoints = await listCheckpoints(dir);
  try {
    const named = join(dir, (await readText(join(dir, 'latest'))).trim());
    if (checkpoints.some((checkpoint) => checkpoint.path === named)) return named;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw ioError('read', join(dir, 'latest'), error);
  }
  const newest = checkpoints[0];
  if (newest) return newest.path;
  throw new GanodeError('INVALID_DATA', `${dir}: expected a run with a checkpoint but found none`, {
    details: { path: dir },
  });
}

/** Reads and verifies a checkpoint. Throws a `CHECKPOINT_…` code; where the file is not whole, the message names an earlier one. */
export async function openCheckpoint(
  path: string,
): Promise<{ report: CheckpointReport; metadata: CheckpointMetadata }> {
  try {
    const report = await native().inspectCheckpoint(path);
    return { report, metadata: readMetadata(report, path) };
  } catch (error) {
    throw await offerEarlier(error, path, 'take');
  }
}

/** Adds to the refusal of a checkpoint of a run which earlier one is whole, and what to do with it. */
export async function offerEarlier(
  error: unknown,
  path: string,
  use: 'resume from' | 'take',
): Promise<unknown> {
  if (!(error instanceof GanodeError) || error.code !== 'CHECKPOINT_CORRUPT') return error;
  if ('earlier' in error.details) return error;
  const step = Number(pattern.exec(basename(path))?.[1]);
  for (const other of await listCheckpoints(dirname(dirname(path)))) {
    if (other.step >= step || Number.isNaN(step)) continue;
    const whole = await native()
      .inspectCheckpoint(other.path)
      .then(
        () => true,
        () => false,
      );
    if (whole) {
      return new GanodeError(
        'CHECKPOINT_CORRUPT',
        `${error.message}; an earlier one is whole: ${use} ${other.path}`,
        { cause: error, details: { ...error.details, earlier: other.path } },
      );
    }
  }
  return error;
}
