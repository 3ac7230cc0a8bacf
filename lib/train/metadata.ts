/** What the metadata of a checkpoint says. It comes from a file: nothing of it is believed before it is looked at. */
import { z } from 'zod';
import { type DataIdentity, identitySchema } from '../data/identity.js';
import { GanodeError } from '../errors.js';
import { inspectGraph } from '../graph/inspect.js';
import { parseJson } from '../json.js';
import type { CheckpointReport } from '../native.js';
import { ranges } from '../ranges.js';
import { checkWhole } from '../recipes/check.js';
import { validate } from '../recipes/resolve.js';
import { type Recipe, recipeSchema } from '../recipes/schema.js';

export interface CheckpointMetadata {
  /** The recipe with every setting resolved: those that are newer than the checkpoint have their defaults. */
  recipe: Recipe;
  /** Steps done. */
  step: number;
  /** The data it was trained on. */
  data: DataIdentity | undefined;
  versions: Record<string, string>;
  /** Threads for one operator that it was trained with; undefined where it was written before that was. */
  threads: number | undefined;
}

/** Metadata of a checkpoint; the native side adds `ganode.steps`, `ganode.format` and `ganode.checksum`. */
export function checkpointMetadata(
  recipe: Recipe,
  versions: Record<string, string>,
  data: DataIdentity,
  threads: number,
): Record<string, string> {
  return {
    'ganode.recipe': JSON.stringify(recipe),
    'ganode.versions': JSON.stringify(versions),
    'ganode.data': JSON.stringify(data),
    'ganode.threads': String(threads),
  };
}

const threadsSchema = z.int().min(ranges.threads.least).max(ranges.threads.most).optional();
const versionsSchema = z.record(z.string().max(100), z.string().max(100));

/**
 * What the metadata of a checkpoint says, by the rules that hold for a training too.
 *
 * @throws GanodeError `CHECKPOINT_MISMATCH` where it is no checkpoint of ganode's, or something in it is not as it must be: one line
 *   with the file, the field, what was expected and what is there.
 */
export function readMetadata({ metadata }: CheckpointReport, path: string): CheckpointMetadata {
  if (metadata['ganode.recipe'] === undefined) {
    throw refused(path, 'expected a checkpoint of ganode but it carries no recipe');
  }
  try {
    const recipe = validate(recipeSchema, json(metadata, 'ganode.recipe'), 'ganode.recipe');
    checkGraphs(recipe);
    checkWhole(recipe);
    const data = json(metadata, 'ganode.data');
    return {
      recipe,
      step: stepOf(metadata['ganode.steps']),
      data: data === undefined ? undefined : identityOf(data),
      versions: validate(
        versionsSchema,
        json(metadata, 'ganode.versions') ?? {},
        'ganode.versions',
      ),
      threads: validate(threadsSchema, json(metadata, 'ganode.threads'), 'ganode.threads'),
    };
  } catch (error) {
    if (!(error instanceof GanodeError)) throw error;
    throw refused(path, error.message, error);
  }
}

function identityOf(data: unknown): DataIdentity {
  return validate(identitySchema, data, 'ganode.data') as DataIdentity;
}

/** The JSON value under a key of the metadata; undefined where the key is absent or its value is null. */
function json(metadata: Record<string, string>, key: string): unknown {
  const text = metadata[key];
  return text === undefined ? undefined : (parseJson(text, key) ?? undefined);
}

function stepOf(text: string | undefined): number {
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text);
  throw new GanodeError(
    'INVALID_OPTION',
    `ganode.steps: expected a whole number but received ${text ?? 'nothing'}`,
  );
}

/** Each network can be built, and the generator makes such images of such latents as the recipe says. */
function checkGraphs({ models, latentSize, image }: Recipe): void {
  for (const [name, graph] of Object.entries(models)) {
    if (graph === undefined) continue;
    const where = `ganode.recipe.models.${name}`;
    try {
      const { inputs, outputs } = inspectGraph(graph);
      if (name !== 'generator') continue;
      requireShape(`${where}: its input z`, inputs['z'], [latentSize]);
      requireShape(`${where}: its output image`, outputs['image']?.shape, [
        image.channels,
        image.height,
        image.width,
      ]);
    } catch (error) {
      if (!(error instanceof GanodeError) || error.code !== 'INVALID_GRAPH') throw error;
      throw new GanodeError('INVALID_GRAPH', `${where}: ${error.message}`, { cause: error });
    }
  }
}

function requireShape(
  what: string,
  found: readonly number[] | undefined,
  expected: readonly number[],
): void {
  if (found?.join('×') === expected.join('×')) return;
  const is = found ? `is ${found.join('×')}` : 'is not there';
  throw new GanodeError(
    'INVALID_OPTION',
    `${what}: expected ${expected.join('×')}, as the recipe says, but it ${is}`,
  );
}

function refused(path: string, message: string, cause?: GanodeError): GanodeError {
  return new GanodeError('CHECKPOINT_MISMATCH', `${path}: ${message}`, {
    ...(cause && { cause }),
    details: { ...cause?.details, path },
  });
}
