/**
 * Situations in which training goes wrong, and for each the measures that helped such a training when they were tried
 * (`bench/quality/cures.mjs`; figures in `docs/objectives.md`). Each names the recorded training that shows it.
 */
import type { Recipe } from '../recipes/schema.js';
import type { WarningEvent } from './events.js';

/** Signs of a training going wrong. */
export type SignKind = Exclude<WarningEvent['kind'], 'data' | 'resume' | 'transfer' | 'profile'>;

/** What helped a training. */
export interface Cure {
  /** In words, as the object of "helped by". */
  readonly says: string;
  /** Settings of the recipe, written as for `--set`. A cure has these, `recipe` or `change`. */
  readonly settings?: (recipe: Recipe) => readonly string[];
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

const isConvolutional = (recipe: Recipe): boolean =>
  operators(recipe, 'generator').some((op) => op.startsWith('conv'));

/** The highest where it moves. */
const rateOf = ({ optimizers }: Recipe, network: 'generator' | 'discriminator'): number => {
  const rate = optimizers[network]?.learningRate ?? 0;
  return typeof rate === 'number' ? rate : Math.max(rate.from, rate.to);
};

const rates = (generator: number, discriminator: number): string[] => [
  `optimizers.generator.learningRate=${inShort(generator)}`,
  `optimizers.discriminator.learningRate=${inShort(discriminator)}`,
];
const inShort = (rate: number): string => String(Number(rate.toPrecision(3)));

/** Whether images are points in the plane. */
const arePoints = ({ image }: Recipe): boolean => image.height * image.width === 1;

const earlier = 'earlier, keras-mnist at full width';

/** The first that holds counts: the most particular stand first. */
export const situations: readonly Situation[] = [
  {
    name: "a generator of points with a rate far above the discriminator's",
    kinds: ['collapse'],
    holds: (recipe) =>
      arePoints(recipe) && rateOf(recipe, 'generator') >= 4 * rateOf(recipe, 'discriminator'),
    untreated: 'grid-fast-generator: untreated',
    cures: [
      {
        says: "the generator's rate a tenth, the discriminator's four times",
        settings: (recipe) =>
          rates(rateOf(recipe, 'generator') / 10, 4 * rateOf(recipe, 'discriminator')),
        shown: 'grid-fast-generator: ttur',
      },
      {
        says: "the generator's rate for both",
        settings: (recipe) => rates(rateOf(recipe, 'generator'), rateOf(recipe, 'generator')),
        shown: 'grid-fast-generator: equal-rates',
      },
      {
        says: 'packing',
        settings: () => ['packing=2'],
        fits: ({ packing }) => packing === 1,
        shown: 'grid-fast-generator: packing',
      },
      {
        says: 'batch normalization in the generator',
        change: 'graph.batchNorm before its hidden activations',
        fits: unnormalized,
        shown: 'grid-fast-generator: batchNorm',
      },
    ],
    vain: [
      { says: "Adam's betas of 0.5, 0.999", shown: 'grid-fast-generator: betas' },
      { says: 'R1 of weight 1', shown: 'grid-fast-generator: r1' },
      { says: "R3GAN's objective", shown: 'grid-fast-generator: relativistic-r1-r2' },
      {
        says: 'the Wasserstein loss with a gradient penalty',
        shown: 'grid-fast-generator: wasserstein-gradientPenalty',
      },
      { says: 'minibatch statistics', shown: 'grid-fast-generator: minibatchStdDev' },
      { says: 'dropout', shown: 'grid-fast-generator: dropout' },
    ],
  },
  {
    name: 'a critic with clipped weights at a high rate',
    kinds: ['collapse', 'gradient'],
    holds: (recipe) => recipe.weightClipping !== null && rateOf(recipe, 'generator') >= 2e-2,
    untreated: 'wgan-faster: untreated',
    cures: [
      {
        says: 'a gradient penalty in the place of clipping',
        settings: () => [
          'weightClipping=null',
          'penalties=[{"kind":"gradientPenalty","weight":10}]',
        ],
        fits: ({ penalties }) => penalties.length === 0,
        shown: 'wgan-faster: gradientPenalty',
      },
      {
        says: 'a tenth of both rates',
        settings: (recipe) =>
          rates(rateOf(recipe, 'generator') / 10, rateOf(recipe, 'discriminator') / 10),
        shown: 'wgan-faster: slow',
      },
    ],
    vain: [
      {
        says: "a hundredth of the generator's rate alone",
        shown: 'wgan-faster: slow-generator',
      },
    ],
  },
  {
    name: 'the minimax loss against a strong discriminator',
    kinds: ['collapse', 'saturation', 'gradient'],
    holds: ({ loss }) => loss?.kind === 'minimax',
    untreated: 'minimax: untreated',
    cures: [
      {
        says: 'the non-saturating loss',
        settings: () => ['loss.kind=nonSaturating'],
        shown: 'minimax: nonSaturating',
      },
    ],
    vain: [{ says: 'R1 of weight 1', shown: 'minimax: r1' }],
  },
  {
    name: 'a discriminator of several steps and a far higher rate',
    kinds: ['collapse', 'saturation'],
    holds: (recipe) =>
      recipe.loss?.kind === 'nonSaturating' &&
      recipe.discriminatorSteps > 1 &&
      recipe.penalties.length === 0 &&
      rateOf(recipe, 'discriminator') >= 5 * rateOf(recipe, 'generator'),
    untreated: 'strong-discriminator-steps: untreated',
    cures: [
      {
        says: 'one step',
        settings: () => ['discriminatorSteps=1'],
        shown: 'strong-discriminator: untreated',
      },
    ],
    vain: [{ says: 'equal rates', shown: 'strong-discriminator-steps: equal-rates' }],
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
        settings: () => ['model.generatorNorm=batch'],
        fits: ({ model }) => 'generatorNorm' in model,
        shown: 'keras-mnist: batchNorm',
      },
      {
        says: 'batch normalization in the generator',
        change: 'graph.batchNorm before its hidden activations',
        // With perceptrons on MNIST fakes vary by it, but come no nearer.
        fits: (recipe) => Object.keys(recipe.model).length === 0 && isConvolutional(recipe),
        shown: 'keras-mnist: batchNorm',
      },
    ],
    vain: [
      { says: "Adam's betas of 0.5, 0.999", shown: 'keras-mnist: betas' },
      { says: 'augmentation', shown: 'keras-mnist: diffAugment' },
      { says: "four times the discriminator's rate", shown: 'keras-mnist: ttur' },
      { says: 'R1', shown: `${earlier}: r1` },
      { says: "R3GAN's objective", shown: `${earlier}: relativistic-r1-r2` },
      {
        says: 'the Wasserstein loss with a gradient penalty',
        shown: `${earlier}: wasserstein-gradientPenalty`,
      },
    ],
  },
];
