/** Training of an encoder together with the generator, its decoder. Formulas: `docs/objectives.md`. */
import { z } from 'zod';
import { lossKinds } from '../procedure/losses.js';
import { aboveZero, fromZero } from './number.js';
import { ofBuiltIn, requireNone } from './procedure.js';
import { scheduled } from './scheduled.js';
import type { Recipe } from './schema.js';
import { unexpected } from './validate.js';

const weight = (otherwise: number) => scheduled(fromZero).default(otherwise);

/**
 * p(x|z). `bernoulli`: the generator's output `logits`, of values in [0, 1]. `gaussian`: around its `image`, of one standard
 * deviation, on the scale of [-1, 1].
 */
const likelihood = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('bernoulli') }),
    z.strictObject({
      kind: z.literal('gaussian'),
      deviation: aboveZero.max(100).default(1),
    }),
  ])
  .prefault({ kind: 'bernoulli' });

/** Weight of the KL divergence: 1 for the bound itself (Higgins et al. 2017 have others). */
const beta = weight(1);

export const autoencodingSchema = z.discriminatedUnion('kind', [
  /** Kingma & Welling 2014. No discriminator. */
  z.strictObject({ kind: z.literal('vae'), likelihood, beta }),
  /**
   * Larsen et al. 2016: reconstructions are compared by D's output `features`; `gamma` is the weight of that in the generator's
   * loss. `likelihood` is of the bound that is reported only.
   */
  z.strictObject({ kind: z.literal('vaeGan'), likelihood, beta, gamma: weight(1e-5) }),
  /** Makhzani et al. 2016: D tells codes from the prior's; `adversarialWeight` is that of the encoder's loss against it. */
  z.strictObject({ kind: z.literal('aae'), likelihood, adversarialWeight: weight(1) }),
  /** Mescheder et al. 2017: D(x, z) learns the KL divergence of a posterior without a density. */
  z.strictObject({ kind: z.literal('avb'), likelihood, beta }),
]);

export type AutoencodingOptions = z.infer<typeof autoencodingSchema>;
type Kind = AutoencodingOptions['kind'];
/** In the order of tables. */
export const networkNames = ['encoder', 'generator', 'discriminator'] as const;
export type NetworkName = (typeof networkNames)[number];

/** The networks that a recipe has, in the order of tables. */
export function networksIn({ models }: Pick<Recipe, 'models'>): readonly NetworkName[] {
  return networkNames.filter((name) => models[name] !== undefined);
}

/** The networks that a built-in training procedure has. */
export function networksOf(kind: Kind | undefined): readonly NetworkName[] {
  if (kind === undefined) return ['generator', 'discriminator'];
  return kind === 'vae' ? ['encoder', 'generator'] : ['encoder', 'generator', 'discriminator'];
}

/** Losses that each procedure can take; none where the discriminator's is part of it. */
const losses: Record<Kind, readonly string[] | undefined> = {
  vae: undefined,
  vaeGan: ['minimax', 'nonSaturating'],
  aae: lossKinds,
  avb: undefined,
};

/** Settings of the adversarial step, with the value that means none. */
const { loss: _, autoencoding: __, ...ofGames } = ofBuiltIn;
const absent = { ...ofGames, augment: null, growing: null } satisfies Partial<Recipe>;

/** Throws `INVALID_OPTION` for networks, optimizers or settings that are missing, or that the procedure has no place for. */
export function checkProcedure(recipe: Recipe): void {
  const kind = recipe.autoencoding?.kind;
  const needed = recipe.procedure === null ? networksOf(kind) : networksIn(recipe);
  for (const name of ['generator', 'discriminator', 'encoder'] as const) {
    for (const [path, value] of [
      [`models.${name}`, recipe.models[name]],
      [`optimizers.${name}`, recipe.optimizers[name]],
    ] as const) {
      const wanted = needed.includes(name);
      if (wanted && value === undefined) throw unexpected(path, 'an object', value);
      if (!wanted && value !== undefined) {
        throw unexpected(path, `nothing, as there is no ${name} to train,`, value);
      }
    }
  }
  if (recipe.procedure !== null) return;
  if (kind === undefined) {
    if (!recipe.loss) throw unexpected('loss', 'an object', recipe.loss);
    return;
  }
  checkLoss(kind, recipe);
  requireNone(recipe, absent, (none) => `${JSON.stringify(none)} with autoencoding`);
  if ((kind === 'vae' || kind === 'vaeGan') && recipe.latentDistribution !== 'normal') {
    throw unexpected('latentDistribution', `'normal' for ${kind}`, recipe.latentDistribution);
  }
  if (recipe.classes > 0) throw unexpected('classes', '0 with autoencoding', recipe.classes);
}

function checkLoss(kind: Kind, { loss }: Recipe): void {
  const kinds = losses[kind];
  if (!kinds) {
    if (loss) throw unexpected('loss', `nothing for ${kind}, whose objective is its own`, loss);
    return;
  }
  if (!loss) throw unexpected('loss', 'an object', loss);
  if (!kinds.includes(loss.kind)) {
    throw unexpected('loss.kind', `${kinds.join(' or ')} for ${kind}`, loss.kind);
  }
  if (loss.topK !== null) throw unexpected('loss.topK', 'null with autoencoding', loss.topK);
}
