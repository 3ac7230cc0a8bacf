/**
 * What to try where training goes wrong: a table of situations, and for each the measures that cured such a training when they were
 * tried (`bench/quality/cures.mjs`; figures in `docs/objectives.md`).
 */
import { resolveRecipe } from '../recipes/resolve.js';
import type { Recipe } from '../recipes/schema.js';
import type { WarningEvent } from './events.js';

/** Signs of a training going wrong. */
export type SignKind = Exclude<WarningEvent['kind'], 'data' | 'transfer' | 'profile'>;

/** What cured a training, and what cannot be told from it. */
export interface Cure {
  /** In words, as the object of "cured by". */
  readonly says: string;
  /** As `--set` takes them; either these or `recipe`. */
  readonly settings?: readonly string[];
  /** The name of another recipe, for `--recipe`. */
  readonly recipe?: string;
  /** Whether a recipe lacks it and can have it. Default: always. Another recipe must also take the images. */
  readonly fits?: (recipe: Recipe) => boolean;
  /** The training that shows it, an entry of `bench/quality/results/cures.json`. */
  readonly shown: string;
}

/** Recipes that are alike in what goes wrong with them. */
export interface Situation {
  /** In words, after "for". */
  readonly name: string;
  readonly kinds: readonly SignKind[];
  readonly holds: (recipe: Recipe) => boolean;
  /** The training that stands for it, an entry of the same file. */
  readonly untreated: string;
  /** Best first. */
  readonly cures: readonly Cure[];
  /** What was tried there and did not help, in words, and the entries that show it. */
  readonly vain: readonly { readonly says: string; readonly shown: string }[];
}

const operators = (recipe: Recipe, network: 'generator' | 'discriminator'): string[] =>
  (recipe.models[network]?.nodes ?? []).map(({ op }) => op);

/** Whether nothing in G brings its activations to one scale. */
const unnormalized = (recipe: Recipe): boolean =>
  !operators(recipe, 'generator').some((op) => /Norm$|^modulated/.test(op));

/** For where an encoder is trained too: the sources' advice, which no recorded training bears out. */
const untried: Record<NonNullable<Recipe['autoencoding']>['kind'], string> = {
  vae: 'a smaller learning rate',
  vaeGan: 'a larger autoencoding.gamma, or a smaller learning rate for the discriminator',
  aae: 'smaller learning rates',
  avb: 'smaller learning rates for the encoder and the generator',
};

/** The first that holds counts: the most particular stand first. */
export const situations: readonly Situation[] = [
  {
    name: 'a generator without normalization',
    kinds: ['collapse'],
    holds: unnormalized,
    untreated: 'keras-mnist: untreated',
    cures: [
      {
        says: 'batch normalization in the generator',
        settings: ['model.generatorNorm=batch'],
        fits: ({ model }) => 'generatorNorm' in model,
        shown: 'keras-mnist: batchNorm',
      },
    ],
    vain: [{ says: "Adam's betas of 0.5, 0.999", shown: 'keras-mnist: betas' }],
  },
];

/**
 * What to try where a sign shows: what cured such a training and can be had by this recipe, or plainly that nothing did, or that
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
  if (cures.length === 0) return `nothing that was tried cured ${situation.name}: not ${vain}`;
  const cured = cures.map((cure) => `${cure.says} (${options(cure)})`).join(', or ');
  return `${situation.name} was cured by ${cured}${vain && `; not by ${vain}`}`;
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

/** As the command line takes it. */
function options({ settings = [], recipe }: Cure): string {
  if (recipe) return `--recipe ${recipe}`;
  return settings
    .map((setting) => `--set ${/["[{]/.test(setting) ? `'${setting}'` : setting}`)
    .join(' ');
}
