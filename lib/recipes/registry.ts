import { GanodeError } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { dcgan } from './dcgan.js';
import { gan2014 } from './gan-2014.js';
import { kerasMnist } from './keras-mnist.js';
import type { RecipeDefinition } from './recipe.js';

/** Every recipe that `--recipe` takes. */
export const recipes: readonly RecipeDefinition[] = [
  dcgan,
  gan2014,
  kerasMnist,
] as unknown as readonly RecipeDefinition[];

/** Throws `GanodeError` with code `INVALID_OPTION` that names the nearest one. */
export function findRecipe(name: string): RecipeDefinition {
  const found = recipes.find((recipe) => recipe.name === name);
  if (found) return found;
  const names = recipes.map((recipe) => recipe.name);
  throw new GanodeError(
    'INVALID_OPTION',
    `Unknown recipe "${name}"${didYouMean(name, names) || `; there are ${names.join(', ')}`}`,
  );
}
