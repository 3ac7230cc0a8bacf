/** Checkpoint files of a run. */
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { GanodeError } from '../errors.js';
import { readText } from '../files/read.js';
import { ioError, writeFileAtomic } from '../files.js';
import { type CheckpointReport, native } from '../native.js';
import { type CheckpointMetadata, readMetadata } from './metadata.js';

/** `latest` holds a name and a line end. */
const mostBytesOfLatest = 4096;

const pattern = /^step-(\d+)\.safetensors$/;

export function checkpointPath(dir: string, step: number): string {
  return join(dir, 'checkpoints', `step-${String(step).padStart(6, '0')}.safetensors`);
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
  const latest = join(dir, 'latest');
  if (existsSync(latest)) {
    const named = join(dir, (await readText(latest, mostBytesOfLatest)).trim());
    if (checkpoints.some((checkpoint) => checkpoint.path === named)) return named;
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

/**
 * Adds to the refusal of a checkpoint of a run which earlier one is whole, and what to do with it. One that is not finite or whose
 * recipe cannot be read would be refused too, so it is not offered.
 */
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
    if (await isWhole(other.path)) {
      return new GanodeError(
        'CHECKPOINT_CORRUPT',
        `${error.message}; an earlier one is whole: ${use} ${other.path}`,
        { cause: error, details: { ...error.details, earlier: other.path } },
      );
    }
  }
  return error;
}

async function isWhole(path: string): Promise<boolean> {
  try {
    readMetadata(await native().inspectCheckpoint(path), path);
    return true;
  } catch {
    return false;
  }
}
