/** Going on from a checkpoint. */
import type { Dataset } from '../data/dataset.js';
import { type DataIdentity, differences } from '../data/identity.js';
import { GanodeError } from '../errors.js';
import { requirePlain } from '../json.js';
import { type NativeSession, native } from '../native.js';
import { merge, type RecipeConfig, validate } from '../recipes/resolve.js';
import { type Recipe, recipeSchema } from '../recipes/schema.js';
import { nativeRecipe, writeDown } from '../recipes/written-down.js';
import { threadsOf } from './about.js';
import { changesBetween } from './changes.js';
import { latestCheckpoint, offerEarlier } from './checkpoints.js';
import { requireShape } from './data.js';
import { resolveCheckpoint } from './inspect.js';
import { readMetadata } from './metadata.js';

/** What may differ from the checkpoint's recipe: how long, on what, and how it is watched, not what is computed. */
const free = new Set([
  'duration',
  'reportEvery',
  'checkpoint',
  'samples',
  'threads',
  'device',
  'tf32',
  'deterministic',
]);

export interface Resumed {
  path: string;
  step: number;
  recipe: Recipe;
  session: NativeSession;
  /** What is to be told of it, a line each. */
  warnings: readonly string[];
}

/** What a training goes on with. */
export interface Continuation {
  /** What is asked for besides what the checkpoint says. */
  config: RecipeConfig;
  dataset: Dataset;
  identity: DataIdentity;
  /** Goes on with data that is not what the checkpoint was trained on. */
  changedData: boolean;
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
  { config, dataset, identity, changedData }: Continuation,
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
    const { recipe: stored, step, data, threads } = readMetadata(report, path);
    requireShape(stored, dataset);
    if (data && !changedData)
      requireSameData(data, { ...identity, name: dataset.name }, stored, path);
    requireClasses(stored, dataset, path);
    const recipe = merged(stored, config);
    requireSame(stored, recipe, path);
    const session = await native().createSession(nativeRecipe(recipe), path);
    return { path, step, recipe, session, warnings: threadsWarning(threads, recipe) };
  } catch (error) {
    throw await offerEarlier(error, path, 'resume from');
  }
}

/** The checkpoint's recipe with what the config says; a procedure that is a function is written down, to be compared. */
function merged(stored: Recipe, { procedure, ...settings }: RecipeConfig): Recipe {
  requirePlain(settings, '');
  if (typeof procedure !== 'function') requirePlain(procedure, 'procedure');
  const { models, classes } = stored;
  const asked =
    typeof procedure === 'function' ? writeDown(procedure, models, classes > 0) : procedure;
  return validate(recipeSchema, {
    ...merge(stored, settings),
    ...(asked !== undefined && { procedure: asked }),
  });
}

/** Sums are split among threads, so that another number of them rounds otherwise. */
function threadsWarning(before: number | undefined, recipe: Recipe): string[] {
  const now = threadsOf(recipe);
  if (before === undefined || before === now) return [];
  const threads = (count: number): string => `${count} ${count === 1 ? 'thread' : 'threads'}`;
  return [
    `the checkpoint was trained with ${threads(before)} and goes on with ${threads(now)}: it does not come to the same bits as if it had never stopped; --threads ${before} (threads: ${before}) does`,
  ];
}

/** A recipe has classes where labels take part in its training. */
function requireSameData(
  before: DataIdentity,
  now: DataIdentity,
  { classes }: Recipe,
  path: string,
): void {
  const found = differences(before, now, classes > 0);
  if (found.length === 0) return;
  throw new GanodeError(
    'CHECKPOINT_MISMATCH',
    `${path}: was trained on other data (${before.name}) than this (${now.name}): ${found.join('; ')}. ` +
      '--changed-data (changedData: true) goes on with it all the same; --transfer begins a new training with these weights',
    { details: { path, differences: found } },
  );
}

/** Changed data may have fewer classes, but none that the networks do not know. */
function requireClasses(
  { classes }: Recipe,
  { name, labels, ...data }: Dataset,
  path: string,
): void {
  if (classes === 0) return;
  const there = labels ? (data.classes?.length ?? 0) : 0;
  if (there > 0 && there <= classes) return;
  const received = there === 0 ? 'no labels' : `${there} classes`;
  throw new GanodeError(
    'CHECKPOINT_MISMATCH',
    `${path}: has networks for ${classes} classes but ${name} has ${received}; --transfer begins a new training with the weights that fit`,
    { details: { path } },
  );
}

function requireSame(stored: Recipe, wanted: Recipe, path: string): void {
  const changes = changesBetween(stored, wanted).filter(
    ({ setting }) => !free.has(setting.split('.')[0] as string),
  );
  const [first] = changes;
  if (!first) return;
  const more = changes.length > 1 ? ` (and ${changes.length - 1} more settings)` : '';
  throw new GanodeError(
    'CHECKPOINT_MISMATCH',
    `${path}: a resumed run keeps its recipe; ${first.setting} was ${first.before} and ${first.now} was asked for${more}`,
    { details: { path, setting: first.setting } },
  );
}
