/** Going on from a checkpoint. */
import type { Dataset } from '../data/dataset.js';
import { GanodeError } from '../errors.js';
import { type NativeSession, native } from '../native.js';
import { merge, type RecipeConfig, validate } from '../recipes/resolve.js';
import { type Recipe, recipeSchema } from '../recipes/schema.js';
import { latestCheckpoint, offerEarlier, readMetadata } from './checkpoints.js';
import { resolveCheckpoint } from './inspect.js';

/** What may differ from the checkpoint's recipe: how long and how it is watched, not what is computed. */
const free = new Set(['duration', 'reportEvery', 'checkpoint', 'samples', 'threads', 'device']);

export interface Resumed {
  path: string;
  step: number;
  recipe: Recipe;
  session: NativeSession;
}

/**
 * Opens a checkpoint and a session with its state.
 *
 * @param from A checkpoint, or a run whose latest is meant; true: the latest of `out`.
 * @throws GanodeError `CHECKPOINT_MISMATCH` when `config` or the data differ in what is computed; `CHECKPOINT_CORRUPT`, which
 *   names an earlier whole checkpoint where there is one.
 */
export async function openResumed(
  from: boolean | string,
  out: string | undefined,
  config: RecipeConfig,
  dataset: Dataset,
): Promise<Resumed> {
  if (typeof from !== 'string' && !out) {
    throw new GanodeError('INVALID_OPTION', 'Expected a run directory (out) to resume');
  }
  const path =
    typeof from === 'string'
      ? await resolveCheckpoint(from)
      : await latestCheckpoint(out as string);
  try {
    const report = await native().inspectCheckpoint(path);
    const { recipe: written, step, data } = readMetadata(report, path);
    // Settings that are newer than the checkpoint have their defaults.
    const stored = validate(recipeSchema, written);
    if (data && data.length !== dataset.length) {
      throw new GanodeError(
        'CHECKPOINT_MISMATCH',
        `${path}: was trained on ${data.name} with ${data.length} images but ${dataset.name} has ${dataset.length}`,
      );
    }
    const recipe = validate(recipeSchema, merge(stored, config));
    requireSame(stored, recipe, path);
    const session = await native().createSession(JSON.stringify(recipe));
    try {
      await session.load(path);
    } catch (error) {
      await session.dispose();
      throw error;
    }
    return { path, step, recipe, session };
  } catch (error) {
    throw await offerEarlier(error, path, 'resume from');
  }
}

function requireSame(stored: Recipe, wanted: Recipe, path: string): void {
  for (const [key, value] of Object.entries(wanted)) {
    const before = JSON.stringify(stored[key as keyof Recipe]);
    const now = JSON.stringify(value);
    if (free.has(key) || before === now) continue;
    throw new GanodeError(
      'CHECKPOINT_MISMATCH',
      `${path}: a resumed run keeps its recipe; ${key} was ${before?.slice(0, 80)} and ${now?.slice(0, 80)} was asked for`,
      { details: { path, setting: key } },
    );
  }
}
