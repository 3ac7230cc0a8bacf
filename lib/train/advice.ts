/** What to try where training goes wrong: the table of `situations.ts`, in words. */
import { resolveRecipe } from '../recipes/resolve.js';
import type { Recipe } from '../recipes/schema.js';
import { type Cure, type SignKind, type Situation, situations } from './situations.js';

/** The advice of the papers where an encoder is trained too; no recorded training bears it out. */
const untried: Record<NonNullable<Recipe['autoencoding']>['kind'], string> = {
  vae: 'a smaller learning rate',
  vaeGan: 'a larger autoencoding.gamma, or a smaller learning rate for the discriminator',
  aae: 'smaller learning rates',
  avb: 'smaller learning rates for the encoder and the generator',
};

/**
 * What to try where a sign shows: what helped such a training and can be had by this recipe, or plainly that nothing did, or that
 * nothing was tried.
 */
export function advise(kind: SignKind, recipe: Recipe): string {
  const { autoencoding } = recipe;
  if (autoencoding) {
    return `no measure was tried against this with an autoencoder; advice that was not tried either: ${untried[autoencoding.kind]}`;
  }
  const situation = situationOf(kind, recipe);
  if (!situation) {
    return 'no measure was tried against this with such a recipe; docs/objectives.md has what helped others ("Watching it")';
  }
  const cures = situation.cures.filter((cure) => isOpen(cure, recipe));
  const vain = situation.vain.map(({ says }) => says).join(', ');
  if (cures.length === 0)
    return `nothing that was tried and that this recipe can have helped ${situation.name}: not ${vain}`;
  const helped = cures.map((cure) => `${cure.says} (${options(cure, recipe)})`).join(', or ');
  return `${situation.name} was helped by ${helped}${vain && `; not by ${vain}`}`;
}

/** The first situation of the table that a recipe with this sign is in. */
export function situationOf(kind: SignKind, recipe: Recipe): Situation | undefined {
  return situations.find(({ kinds, holds }) => kinds.includes(kind) && holds(recipe));
}

/** Whether a recipe lacks a measure and can have it. */
function isOpen({ fits, recipe: name }: Cure, recipe: Recipe): boolean {
  if (fits && !fits(recipe)) return false;
  return name === undefined || (name !== recipe.recipe && takes(name, recipe));
}

/** Whether a recipe of this name can be trained on the same images and labels. */
function takes(name: string, { image, classes }: Recipe): boolean {
  try {
    resolveRecipe({ recipe: name, ...(classes > 0 && { classes }) }, { image });
    return true;
  } catch {
    return false;
  }
}

/** How to have it, as the command line takes it where it does. */
function options({ settings, recipe: name, change }: Cure, recipe: Recipe): string {
  if (name) return `--recipe ${name}`;
  if (change) return change;
  return (settings?.(recipe) ?? [])
    .map((setting) => `--set ${/["[{]/.test(setting) ? `'${setting}'` : setting}`)
    .join(' ');
}
