/** From what a user writes to a resolved recipe. */
import { z } from 'zod';
import { GanodeError } from '../errors.js';
import type { GraphSpec } from '../graph/spec.js';
import { requirePlain } from '../json.js';
import type { ProcedureFunction } from '../procedure/procedure.js';
import type { ProcedureSpec } from '../procedure/spec.js';
import {
  type AutoencodingOptions,
  type NetworkName,
  networkNames,
  networksOf,
} from './autoencoding.js';
import { checkWhole, classesOf, latentSizeOf } from './check.js';
import { freezeLayers } from './freeze.js';
import { merge } from './merge.js';
import { withoutBuiltIn } from './procedure.js';
import type { RecipeDefinition } from './recipe.js';
import { findRecipe, recipes } from './registry.js';
import { type ImageShape, imageSchema, type Recipe, recipeSchema } from './schema.js';
import { isObject, unexpected, validate } from './validate.js';
import { writeDown } from './written-down.js';

export { merge } from './merge.js';
export { validate } from './validate.js';

/** What a user writes: a recipe's name and whatever differs from its defaults; or a resolved recipe. */
export type RecipeConfig = {
  recipe?: string;
  /** A training procedure in the place of the recipe's: a function of its networks and data, or what such a one was written down as. */
  procedure?: ProcedureFunction | ProcedureSpec | null;
} & Record<string, unknown>;

/** The recipe that is taken where none is named. */
export const defaultRecipe = 'dcgan';

const classesSchema = z.int().min(0).default(0);
const packingSchema = z.int().min(1).default(1);

/**
 * Fills in the recipe's defaults, builds its networks for the data's shape, and validates the whole.
 *
 * - `recipe` names one of `recipes` (default `dcgan`); the rest of the config is merged over its defaults, key by key.
 * - A network that stands in `models` (all of a run's config.json, or one of the user's) is kept; the recipe builds the others.
 *   With both there, `recipe` may be any name.
 * - `procedure` is in the place of the recipe's loss, penalties, steps and the like: its networks are all in `models` where no recipe
 *   is named, else the recipe's.
 * - `latentSize` and `classes` follow from the networks and need not be given.
 *
 * @param data Shape of the real images, and the number of their classes where they are labelled.
 * @throws GanodeError `INVALID_OPTION`: one line with the path, what was expected, what came; `INVALID_DATA` where the recipe
 *   wants labels and there are none.
 */
export function resolveRecipe(
  config: RecipeConfig,
  data: { image: ImageShape; classes?: number },
): Recipe {
  if (!isObject(config)) throw unexpected('', 'an object', config);
  const { procedure, ...settings } = config;
  requirePlain(settings, '');
  const given = config['models'] ?? {};
  if (!isObject(given)) throw unexpected('models', '{generator, discriminator}', given);
  const needed = neededNetworks(config, given);
  const whole = needed.every((name) => given[name] !== undefined);
  const definition = define(config['recipe'], whole);

  const overImage = config['image'] ?? {};
  const image = validate(
    imageSchema,
    isObject(overImage) ? { ...data.image, ...overImage } : overImage,
    'image',
  );
  const all = merge(definition?.defaults ?? {}, definition?.defaultsFor?.(image) ?? {});
  const defaults = procedure ? withoutBuiltIn(all) : all;
  const parts: Record<string, unknown> = {
    ...merge(defaults, settings),
    recipe: config['recipe'] ?? definition?.name ?? 'custom',
    image,
  };
  const packing = validate(packingSchema, parts['packing'], 'packing');
  if (!whole) build(parts, given, definition as RecipeDefinition, { packing, needed, ...data });
  const models = validate(recipeSchema.shape.models, parts['models'], 'models');
  const classes = parts['classes'] ?? classesOf(models);
  const recipe = validate(recipeSchema, {
    version: 1,
    ...parts,
    latentSize: parts['latentSize'] ?? latentSizeOf(models),
    classes,
    procedure: writtenDown(procedure, models, classes !== 0),
  });
  if (recipe.growing) recipe.growing = { from: smallestHeight(recipe), ...recipe.growing };
  checkWhole(recipe);
  checkLabels(recipe.classes, data.classes);
  const frozen = Object.entries(models).map(([name, graph]) => {
    const layers = recipe.freeze[name as NetworkName];
    return [name, freezeLayers(graph as GraphSpec, layers, `freeze.${name}`)];
  });
  return { ...recipe, models: Object.fromEntries(frozen) };
}

/** A procedure as data. */
function writtenDown(
  procedure: RecipeConfig['procedure'],
  models: Recipe['models'],
  isLabelled: boolean,
): unknown {
  if (typeof procedure === 'function') return writeDown(procedure, models, isLabelled);
  requirePlain(procedure, 'procedure');
  return procedure ?? null;
}

/** Networks that must be there: those of the built-in procedure, or of one's own all that are given or the named recipe has. */
function neededNetworks(
  config: RecipeConfig,
  given: Readonly<Record<string, unknown>>,
): readonly NetworkName[] {
  if (!config.procedure) return networksOf(procedureOf(config));
  const isGiven = Object.keys(given).length > 0 && config['recipe'] === undefined;
  const definition = isGiven
    ? undefined
    : recipes.find(({ name }) => name === (config.recipe ?? defaultRecipe));
  return networkNames.filter(
    (name) => name === 'generator' || given[name] !== undefined || definition?.[name] !== undefined,
  );
}

/** The kind of `autoencoding`, as the config says or else the recipe that it names. */
function procedureOf(config: RecipeConfig): AutoencodingOptions['kind'] | undefined {
  const named = recipes.find(({ name }) => name === (config.recipe ?? defaultRecipe));
  const { autoencoding } = merge(named?.defaults ?? {}, config);
  return validate(recipeSchema.shape.autoencoding, autoencoding, 'autoencoding')?.kind;
}

/** The recipe that defaults and missing networks come from; none for a whole config of another name. */
function define(name: unknown, whole: boolean): RecipeDefinition | undefined {
  if (name !== undefined && typeof name !== 'string') {
    throw unexpected('recipe', 'the name of a recipe', name);
  }
  if (whole) return recipes.find((recipe) => recipe.name === name);
  return findRecipe(name ?? defaultRecipe);
}

/** Builds the networks that are missing, and writes down the options that they were built from. */
function build(
  parts: Record<string, unknown>,
  given: Record<string, unknown>,
  definition: RecipeDefinition,
  data: { packing: number; needed: readonly NetworkName[]; classes?: number },
): void {
  const image = parts['image'] as ImageShape;
  const packed = { ...image, channels: image.channels * data.packing };
  const classes = wantedClasses(parts['classes'], definition, data.classes);
  const model = validate(definition.model, parts['model'] ?? {}, 'model');
  parts['model'] = model;
  const models: Record<string, unknown> = { ...given };
  for (const name of data.needed) {
    const builder = definition[name];
    if (models[name] === undefined && !builder) {
      throw unexpected(`models.${name}`, `a network, as ${definition.name} has none`, undefined);
    }
    models[name] ??= builder?.(name === 'discriminator' ? packed : image, model, classes);
  }
  parts['models'] = models;
}

/** Classes to build for: as the config says; without a word there, the data's for a conditional recipe and none for the others. */
function wantedClasses(
  given: unknown,
  { conditional = false, name }: RecipeDefinition,
  available: number | undefined,
): number {
  const classes = validate(classesSchema, given, 'classes');
  if (!conditional || classes > 0) return classes;
  if (given !== undefined) throw unexpected('classes', `1 or more for ${name}`, given);
  if (available !== undefined) return available;
  throw new GanodeError(
    'INVALID_DATA',
    `Expected labelled data for ${name} but the data has no labels`,
  );
}

function checkLabels(classes: number, available: number | undefined): void {
  if (classes === 0) return;
  if (available === undefined) {
    throw new GanodeError(
      'INVALID_DATA',
      `Expected labelled data for ${classes} classes but the data has no labels`,
    );
  }
  if (available > classes) {
    throw unexpected(
      'classes',
      `at least ${available}, the number of the data's classes,`,
      classes,
    );
  }
}

/** The height that the generator's fades can cut the images down to; 4, as Progressive GAN has it, where it has none. */
function smallestHeight({ image, models: { generator } }: Recipe): number {
  const fades = generator.nodes.filter(({ op }) => op === 'fade');
  const levels = Math.max(0, ...fades.map(({ level }) => Number(level)));
  return levels === 0 ? 4 : Math.max(1, Math.floor(image.height / 2 ** levels));
}
