/** What a checkpoint or a run holds. */
import { stat } from 'node:fs/promises';
import type { DataIdentity } from '../data/identity.js';
import { ioError } from '../files.js';
import { inspectGraph } from '../graph/inspect.js';
import type { Recipe } from '../recipes/schema.js';
import { latestCheckpoint, listCheckpoints, openCheckpoint } from './checkpoints.js';
import { Timeline } from './timeline.js';

/** The checkpoint that a path means: itself, or the latest of a run directory. Throws `IO` or `INVALID_DATA`. */
export async function resolveCheckpoint(path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    throw ioError('read', path, error);
  });
  return found.isDirectory() ? latestCheckpoint(path) : path;
}

export interface Description {
  /** Path of the checkpoint that was read. */
  checkpoint: string;
  bytes: number;
  /** Whether it carries a checksum, which is then right: without one, nobody can tell whether it was altered. */
  checksum: boolean;
  /** Steps done. */
  step: number;
  /** Real images shown. */
  images: number;
  recipe: Recipe;
  data: DataIdentity | undefined;
  /** Versions of ganode, libtorch and Node that wrote it. */
  versions: Record<string, string>;
  /** Trainable scalars of each network that there is. */
  generatorParameters: number;
  discriminatorParameters?: number;
  encoderParameters?: number;
  hasEma: boolean;
  /** Tensors in the file: weights, averages, optimizers' moments. */
  tensors: number;
  /** Other checkpoints of the run, newest first; empty for a single file. */
  checkpoints: string[];
}

/** Reads and verifies a checkpoint, or the latest one of a run directory. Throws a `CHECKPOINT_…` code where it is not whole. */
export async function describe(path: string): Promise<Description> {
  const checkpoint = await resolveCheckpoint(path);
  const { report, metadata } = await openCheckpoint(checkpoint);
  const { recipe, step, data, versions } = metadata;
  const { models } = recipe;
  return {
    checkpoint,
    bytes: report.bytes,
    checksum: 'ganode.checksum' in report.metadata,
    step,
    images: new Timeline(recipe).images(step),
    recipe,
    data,
    versions,
    generatorParameters: inspectGraph(models.generator).parameters,
    ...(models.discriminator && {
      discriminatorParameters: inspectGraph(models.discriminator).parameters,
    }),
    ...(models.encoder && { encoderParameters: inspectGraph(models.encoder).parameters }),
    hasEma: Object.keys(report.tensors).some((name) => name.startsWith('ema.')),
    tensors: Object.keys(report.tensors).length,
    checkpoints:
      checkpoint === path ? [] : (await listCheckpoints(path)).map((other) => other.path),
  };
}
