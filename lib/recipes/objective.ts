/** What the players minimize: losses and penalties. Formulas: `docs/objectives.md`. */
import { z } from 'zod';
import { hasTargets, isRelativistic, lossKinds } from '../procedure/losses.js';
import { aboveZero, fromZero } from './number.js';
import { scheduled } from './scheduled.js';

export const lossSchema = z
  .strictObject({
    /**
     * `minimax`, `nonSaturating` (Goodfellow et al. 2014), `leastSquares` (Mao et al. 2017), `wasserstein` (Arjovsky et al. 2017),
     * `hinge` (Lim & Ye 2017), `relativisticPairing` and `relativisticAverage` (Jolicoeur-Martineau 2018; R3GAN has the former).
     */
    kind: z.enum(lossKinds),
    /** One-sided (Salimans et al. 2016): D's target for real images is 1 - this. */
    labelSmoothing: z.number().min(0).max(0.5).default(0),
    /** Share of the fakes that G learns from, those that D takes most for real (Sinha et al. 2020); null: all. */
    topK: scheduled(z.number().gt(0).max(1)).nullable().default(null),
    /** Weights of the cross-entropy of D's output `classLogits`, where it has one (AC-GAN, Odena et al. 2017). */
    classification: z
      .strictObject({
        discriminator: fromZero.default(1),
        generator: fromZero.default(1),
      })
      .prefault({}),
    /** Weights of the cross-entropy of D's output `expertLogits`, which tells the expert that made a fake (MGAN, Hoang et al. 2018; G's is its β). */
    experts: z
      .strictObject({
        discriminator: fromZero.default(1),
        generator: fromZero.default(1),
      })
      .prefault({}),
  })
  .superRefine(({ kind, labelSmoothing, topK }, context) => {
    const refuse = (field: string, expected: string): void =>
      context.addIssue({ code: 'custom', path: [field], message: `expected ${expected}` });
    if (labelSmoothing > 0 && !hasTargets(kind)) {
      refuse('labelSmoothing', `0, as the ${kind} loss has no targets to soften,`);
    }
    if (topK !== null && isRelativistic(kind)) {
      refuse('topK', `null, as the ${kind} loss compares every fake with a real image,`);
    }
  });

const weight = (otherwise: number) => scheduled(fromZero).default(otherwise);
/** Updates of the player from one to the next (lazy regularization): above 1, it has an update of its own, `interval` times as strong. */
const interval = z.int().min(1).max(10_000).default(1);
/** Norm that the gradient is drawn to, and whether only longer ones are. */
const norm = { target: fromZero.default(1), sided: z.enum(['two', 'one']).default('two') };

/** Terms added to the loss of D (`orthogonal`: of either network; `pathLength` and `loadBalance`: of G), each with its weight. */
export const penaltySchema = z.discriminatedUnion('kind', [
  /** weight · E(‖∇D(x̂)‖ - target)², x̂ between a real image and a fake (Gulrajani et al. 2017). */
  z.strictObject({ kind: z.literal('gradientPenalty'), weight: weight(10), ...norm, interval }),
  /** γ/2 · E‖∇D(x)‖² at real images; the weight is γ (Mescheder et al. 2018). */
  z.strictObject({ kind: z.literal('r1'), weight: weight(10), interval }),
  /** The same at fakes. */
  z.strictObject({ kind: z.literal('r2'), weight: weight(10), interval }),
  /** As `gradientPenalty`, at real images with noise of up to `scale` standard deviations (Kodali et al. 2017). */
  z.strictObject({
    kind: z.literal('dragan'),
    weight: weight(10),
    ...norm,
    scale: aboveZero.default(0.5),
    interval,
  }),
  /** E D(x)² (Karras et al. 2018). */
  z.strictObject({ kind: z.literal('drift'), weight: weight(0.001), interval }),
  /** Logits held near the other side's moving average (Tseng et al. 2021). */
  z.strictObject({
    kind: z.literal('leCam'),
    weight: weight(0.3),
    decay: z.number().min(0).lt(1).default(0.99),
    interval,
  }),
  /** Equal logits for an image and the same flipped and shifted by up to `shift` pixels (bCR, Zhao et al. 2021). */
  z.strictObject({
    kind: z.literal('consistency'),
    weight: weight(1),
    realWeight: fromZero.default(10),
    fakeWeight: fromZero.default(10),
    shift: z.int().min(0).max(1024).default(4),
    flip: z.boolean().default(true),
    interval,
  }),
  /** ‖WWᵀ ∘ (1 - I)‖² over the weights of a network (Brock et al. 2019). */
  z.strictObject({
    kind: z.literal('orthogonal'),
    weight: weight(1e-4),
    network: z.enum(['generator', 'discriminator']).default('generator'),
    interval: z.literal(1).default(1),
  }),
  /**
   * (‖Jᵀy‖ - a)² of G, whose output `styles` J is the derivative by: path length regularization (Karras et al. 2020). `decay` is
   * that of the moving average a, `batchShrink` how much smaller than the others its batches are.
   */
  z.strictObject({
    kind: z.literal('pathLength'),
    weight: weight(2),
    decay: z.number().gt(0).max(1).default(0.01),
    batchShrink: z.int().min(1).default(2),
    network: z.literal('generator').default('generator'),
    interval: interval.default(4),
  }),
  /** Σ (p_k - 1/K)² over the shares p_k of K experts in a batch, by G's output `gate` (MEGAN, Park et al. 2018). */
  z.strictObject({
    kind: z.literal('loadBalance'),
    weight: weight(1),
    network: z.literal('generator').default('generator'),
    interval,
  }),
]);

export type PenaltyOptions = z.infer<typeof penaltySchema>;
export type LossOptions = z.infer<typeof lossSchema>;
