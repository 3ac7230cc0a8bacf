/** From what a user writes to a resolved recipe. */
import type { z } from 'zod';
import { GanodeError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { findRecipe } from './registry.js';
import { type ImageShape, type Recipe, recipeSchema } from './schema.js';

/** What a user writes: a recipe's name and whatever differs from its defaults; or a resolved recipe. */
export type RecipeConfig = { recipe?: string } & Record<string, unknown>;

/** The recipe that is taken where none is named. */
export const defaultRecipe = 'dcgan';

/**
 * Fills in the recipe's defaults, builds its networks for the data's shape, and validates the whole.
 * A config that carries `models` (a run's config.json, or networks of the user's) keeps them.
 *
 * @throws GanodeError `INVALID_OPTION`: one line with the path, what was expected, what came.
 */
export function resolveRecipe(
  config: RecipeConfig,
  data: { image: ImageShape; classes?: number },
): Recipe {
  const name = config.recipe ?? defaultRecipe;
  if (isObject(config['models'])) return validate(recipeSchema, resolvedParts(config, data));

  const definition = findRecipe(name);
  const classes = (config['classes'] as number | undefined) ?? 0;
  checkClasses(classes, data.classes);
  const image = (config['image'] as ImageShape | undefined) ?? data.image;
  const model = validate(definition.model, config['model'] ?? {}, 'model') as Record<
    string,
    unknown
  >;
  const models = definition.build(image, model, classes);
  const latent = models.generator.inputs['z'];
  return validate(recipeSchema, {
    ...merge(definition.defaults, config),
    version: 1,
    recipe: definition.name,
    image,
    classes,
    model,
    models,
    latentSize: latent && 'shape' in latent ? latent.shape[0] : undefined,
  });
}

function resolvedParts(config: RecipeConfig, data: { image: ImageShape }): Record<string, unknown> {
  return { version: 1, recipe: 'custom', image: data.image, ...config };
}

function checkClasses(classes: number, available: number | undefined): void {
  if (classes > 0 && available !== undefined && available > classes) {
    throw new GanodeError(
      'INVALID_OPTION',
      `Expected classes to be at least ${available}, the number of classes in the data, but received ${classes}`,
    );
  }
  if (classes > 0 && available === undefined) {
    throw new GanodeError(
      'INVALID_DATA',
      `Expected labelled data for ${classes} classes but the data has no labels`,
    );
  }
}

/** Objects are merged key by key; everything else is replaced. An optimizer of another kind replaces the default's whole. */
export function merge(
  base: Record<string, unknown>,
  over: Record<string, unknown>,
): Record<string, unknown> {
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old = result[key];
    const alternative = isObject(value) && isObject(old) && !sameAlternative(old, value);
    result[key] = isObject(value) && isObject(old) && !alternative ? merge(old, value) : value;
  }
  return result;
}

function sameAlternative(old: Record<string, unknown>, value: Record<string, unknown>): boolean {
  if ('kind' in value && value['kind'] !== old['kind']) return false;
  // `duration` is one of {epochs} and {images}.
  return !(('epochs' in value && 'images' in old) || ('images' in value && 'epochs' in old));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Validates and fills in defaults; the first thing that is wrong becomes one line. */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  prefix = '',
): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (!issue) throw new GanodeError('INVALID_OPTION', 'The recipe is not valid');
  const path = [prefix, ...issue.path.map(String)].filter(Boolean).join('.');
  throw new GanodeError('INVALID_OPTION', describe(issue, path, value, schema), {
    details: { path },
  });
}

function describe(
  issue: z.core.$ZodIssue,
  path: string,
  value: unknown,
  schema: z.ZodType,
): string {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const known = knownKeys(schema, issue.path);
    return `Unknown option "${path ? `${path}.` : ''}${key}"${didYouMean(key, known)}`;
  }
  const received = valueAt(value, issue.path);
  const expected = issue.message
    .replace(/^Invalid input: expected /, '')
    .replace(/, received.*/, '');
  const shown = received === undefined ? 'nothing' : JSON.stringify(received)?.slice(0, 80);
  return `Expected ${path || 'the recipe'} to be right (${expected}) but received ${shown}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
}

/** Keys that an object schema along the path takes; none where the path leads through alternatives. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema;
  for (const key of path) at = unwrap(at)?.shape?.[key];
  return Object.keys(unwrap(at)?.shape ?? {});
}

function unwrap(schema: unknown): { shape?: Record<PropertyKey, unknown> } | undefined {
  let at = schema as { shape?: Record<string, unknown>; def?: { innerType?: unknown } } | undefined;
  while (at && !at.shape && at.def?.innerType) at = at.def.innerType as typeof at;
  return at;
}
