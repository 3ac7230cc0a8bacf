/** Recipes whose training is said by settings, with that training written down as a procedure. */
import type { GraphSpec } from '../graph/spec.js';
import { type ProcedureFunction, procedureSpec } from '../procedure/procedure.js';
import { adversarialProcedure } from './adversarial-procedure.js';
import { autoencoderProcedure } from './autoencoder-procedure.js';
import { withoutBuiltIn } from './procedure.js';
import { type Recipe, recipeSchema } from './schema.js';

/** A recipe as it is, or with a procedure in the place of its loss, penalties, steps and the like. */
export function withProcedure(recipe: Recipe): Recipe {
  if (recipe.procedure !== null) return recipe;
  const make = recipe.autoencoding ? autoencoderProcedure : adversarialProcedure;
  const procedure = writeDown(make(recipe), recipe.models, recipe.classes > 0);
  return recipeSchema.parse({ ...withoutBuiltIn(recipe), procedure });
}

/** A recipe's JSON for native code, which trains by its procedure; only the simultaneous update of two networks has a step of its own. */
export function nativeRecipe(recipe: Recipe): string {
  return JSON.stringify(recipe.update === 'simultaneous' ? recipe : withProcedure(recipe));
}

/** A procedure as data, for networks and data that are known. */
export function writeDown(
  make: ProcedureFunction,
  models: Recipe['models'],
  isLabelled: boolean,
): NonNullable<Recipe['procedure']> {
  const graphs = Object.entries(models).filter(([, graph]) => graph !== undefined);
  return procedureSpec(
    make,
    Object.fromEntries(graphs as [string, GraphSpec][]),
    isLabelled ? ['image', 'label'] : ['image'],
  );
}
