/** The `augment` field of a recipe. Native code (native/augment) reads the same JSON; a test holds the names together. */
import { z } from 'zod';
import { scheduled } from './scheduled.js';

/** Parts of DiffAugment. `color`: brightness, saturation and contrast. */
export const diffAugmentPolicies = ['color', 'translation', 'cutout'] as const;

/**
 * Transforms of ADA's pipeline, in the order in which they are applied. Sizes are the paper's:
 *
 * - `flip`: mirrored left to right, in one of two; `rotate90`: 0 to 3 quarter turns; `translate`: by whole pixels, up to
 *   1/8 of the image's sides.
 * - `scale`: by 2^N(0, 0.2); `rotate`: by any angle; `anisotropic`: stretched one way by 2^N(0, 0.2) and pressed the other;
 *   `translateFraction`: by N(0, 1/8) of the image's sides.
 * - `brightness`: plus N(0, 0.2); `contrast`: times 2^N(0, 0.5); `lumaFlip`: luma negated, in one of two; `hue`: turned by
 *   any angle; `saturation`: times 2^N(0, 1). One or three channels; `hue` and `saturation` leave one channel as it is.
 * - `filter`: each of four frequency bands amplified by 2^N(0, 1); `noise`: plus N(0, σ), σ being |N(0, 0.1)| for each
 *   image; `cutout`: a hole of half the image's sides.
 */
export const adaTransforms = [
  'flip',
  'rotate90',
  'translate',
  'scale',
  'rotate',
  'anisotropic',
  'translateFraction',
  'brightness',
  'contrast',
  'lumaFlip',
  'hue',
  'saturation',
  'filter',
  'noise',
  'cutout',
] as const;

/**
 * Groups of transforms, as the official code names them: `blit`, `geom` and `color` are the first three lines above; the
 * others are sums by initials, so that `bgc` is `blit`, `geom` and `color`.
 */
export const adaGroups = [
  'blit',
  'geom',
  'color',
  'filter',
  'noise',
  'cutout',
  'bg',
  'bgc',
  'bgcf',
  'bgcfn',
  'bgcfnc',
] as const;

const adaName = z.enum([...new Set([...adaTransforms, ...adaGroups])]);

/**
 * What the discriminator sees, real and generated images alike, is changed at random; G's gradient passes through.
 *
 * `diffAugment`: Zhao et al., "Differentiable Augmentation for Data-Efficient GAN Training", NeurIPS 2020.
 * `ada`: Karras et al., "Training Generative Adversarial Networks with Limited Data", NeurIPS 2020.
 */
export const augmentSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('diffAugment'),
    /** Applied in this order, each to every image. */
    policy: z.array(z.enum(diffAugmentPolicies)).default([...diffAugmentPolicies]),
  }),
  z.strictObject({
    kind: z.literal('ada'),
    /**
     * Transforms and groups; `multiplier` (default 1) makes the probability of one smaller than that of the others.
     * The order means nothing, but of a transform that is named twice the last word counts.
     */
    pipeline: z
      .array(
        z.union([
          adaName,
          z.strictObject({ transform: adaName, multiplier: z.number().min(0).max(1).default(1) }),
        ]),
      )
      .default(['bgc']),
    /**
     * The probability rises while the mean sign of D's logits on real images is above this, and falls while it is below
     * (the paper's r_t, equation 1). Null: the probability stays as `probability` says.
     */
    target: z.number().min(0).max(1).nullable().default(0.6),
    /** Real images in which the probability can go from 0 to 1. */
    speed: z.int().min(1).default(500_000),
    /** Steps from one adjustment to the next. */
    interval: z.int().min(1).default(4),
    /** Probability with which each transform is applied to an image: at the start, or throughout where `target` is null. */
    probability: scheduled(z.number().min(0).max(1)).default(0),
  }),
]);

/** Transforms and groups that change colours. */
const colours: readonly string[] = [
  ...['brightness', 'contrast', 'lumaFlip', 'hue', 'saturation'],
  ...['color', 'bgc', 'bgcf', 'bgcfn', 'bgcfnc'],
];

/**
 * The first transform of a pipeline that wants colours, of images that have none: other than grey or RGB. Undefined where all of
 * them can be done.
 */
export function impossibleTransform(
  augment: AugmentOptions | null | undefined,
  channels: number,
): string | undefined {
  if (augment?.kind !== 'ada' || channels === 1 || channels === 3) return undefined;
  return augment.pipeline
    .map((entry) => (typeof entry === 'string' ? entry : entry.transform))
    .find((name) => colours.includes(name));
}

/** Augmentation of a resolved recipe. */
export type AugmentOptions = z.infer<typeof augmentSchema>;
