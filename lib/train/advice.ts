/**
 * What to try where training goes wrong: a table of situations, and for each the measures that helped such a training when they were
 * tried (`bench/quality/cures.mjs`; figures in `docs/objectives.md`).
 */
import { resolveRecipe } from '../recipes/resolve.js';
import type { Recipe } from '../recipes/schema.js';
import type { WarningEvent } from './events.js';

/** Signs of a training going wrong. */
export type SignKind = Exclude<WarningEvent['kind'], 'data' | 'transfer' | 'profile'>;

/** What helped a training. */
export interface Cure {
  /** In words, as the object of "helped by". */
  readonly says: string;
  /** As `--set` takes them; these, `recipe` or `change`. */
  readonly settings?: readonly string[];
  /** The name of another recipe, for `--recipe`. */
  readonly recipe?: string;
  /** What to change in networks of one's own. */
  readonly change?: string;
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

const earlier = 'earlier, keras-mnist at full width';

/** The first that holds counts: the most particular stand first. */
export const situations: readonly Situation[] = [
  {
    name: 'the minimax loss against a strong discriminator',
    kinds: ['collapse', 'saturation', 'gradient'],
    holds: ({ loss }) => loss?.kind === 'minimax',
    untreated: 'minimax: untreated',
    cures: [
      {
        says: 'the non-saturating loss',
        settings: ['loss.kind=nonSaturating'],
        shown: 'minimax: nonSaturating',
      },
    ],
    vain: [{ says: 'R1 of weight 1', shown: 'minimax: r1' }],
  },
  {
    name: 'a generator without normalization',
    kinds: ['collapse'],
    // Networks that were made to do without normalization come with penalties: those were not tried.
    holds: (recipe) =>
      unnormalized(recipe) && (recipe.penalties.length === 0 || 'generatorNorm' in recipe.model),
    untreated: 'keras-mnist: untreated',
    cures: [
      { says: 'another recipe', recipe: 'dcgan', shown: 'keras-mnist: recipe dcgan' },
      {
        says: 'batch normalization in the generator',
        settings: ['model.generatorNorm=batch'],
        fits: ({ model }) => 'generatorNorm' in model,
        shown: 'keras-mnist: batchNorm',
      },
      {
        says: 'batch normalization in the generator',
        change: 'graph.batchNorm before its hidden activations',
        fits: ({ model }) => Object.keys(model).length === 0,
        shown: 'keras-mnist: batchNorm',
      },
    ],
    vain: [
      { says: "Adam's betas of 0.5, 0.999", shown: 'keras-mnist: betas' },
      { says: 'R1', shown: `${earlier}: r1` },
      { says: "R3GAN's objective", shown: `${earlier}: relativistic-r1-r2` },
      {
        says: 'the Wasserstein loss with a gradient penalty',
        shown: `${earlier}: wasserstein-gradientPenalty`,
      },
    ],
  },
];

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
  const helped = cures.map((cure) => `${cure.says} (${options(cure)})`).join(', or ');
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
function options({ settings = [], recipe, change }: Cure): string {
  if (recipe) return `--recipe ${recipe}`;
  if (change) return change;
  return settings
    .map((setting) => `--set ${/["[{]/.test(setting) ? `'${setting}'` : setting}`)
    .join(' ');
}
