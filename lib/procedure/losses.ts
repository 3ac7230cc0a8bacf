/**
 * Adversarial losses on logits of real images and fakes, as values of one number an item (or a batch): what the discriminator
 * minimizes, and what the generator does. Logits may have any shape (a patch discriminator's are maps); their mean counts.
 */
import { invalid } from '../errors.js';
import { add, half, negate, relu, scale, shift, softplus, square, subtract } from './arithmetic.js';
import { batchMean, mean } from './reductions.js';
import type { Value } from './value.js';

export const lossKinds = [
  'minimax',
  'nonSaturating',
  'leastSquares',
  'wasserstein',
  'hinge',
  'relativisticPairing',
  'relativisticAverage',
] as const;

/** The kinds that `loss.kind` of recipes has. */
export type LossKind = (typeof lossKinds)[number];

export interface AdversarialLoss {
  kind: LossKind;
  /**
   * One-sided label smoothing (Salimans et al. 2016): the discriminator's target for real images is 1 - this, from 0 (default) to
   * 0.5. Only where there are targets: minimax, non-saturating, least squares.
   */
  labelSmoothing?: number;
}

interface Terms {
  /** On logits of real images and of fakes. */
  discriminator(real: Value, fake: Value, smoothing: number): Value;
  /** On logits of fakes and of real images. */
  generator(fake: Value, real: Value | undefined): Value;
  /** Whether the generator's loss wants the logits of real images. */
  comparesBoth?: boolean;
  /** Whether there are targets for label smoothing to soften. */
  hasTargets?: boolean;
}

/** -log σ(x), -log(1 - σ(x)). */
const ofOne = (x: Value): Value => softplus(negate(x));
const ofZero = (x: Value): Value => softplus(x);
const meanOver = (x: Value): Value => mean(batchMean(x));

function ofReal(x: Value, smoothing: number): Value {
  if (smoothing === 0) return ofOne(x);
  return add(scale(ofOne(x), 1 - smoothing), scale(ofZero(x), smoothing));
}

const crossEntropy = (real: Value, fake: Value, smoothing: number): Value =>
  add(mean(ofReal(real, smoothing)), mean(ofZero(fake)));
const halfSquare = (x: Value, target: number): Value => half(mean(square(shift(x, -target))));

const terms: Record<LossKind, Terms> = {
  // Goodfellow et al. 2014, equation 1.
  minimax: {
    discriminator: crossEntropy,
    generator: (fake) => negate(mean(ofZero(fake))),
    hasTargets: true,
  },
  // Goodfellow et al. 2014, section 3.
  nonSaturating: {
    discriminator: crossEntropy,
    generator: (fake) => mean(ofOne(fake)),
    hasTargets: true,
  },
  // Mao et al. 2017, equation 9.
  leastSquares: {
    discriminator: (real, fake, smoothing) =>
      add(halfSquare(real, 1 - smoothing), halfSquare(fake, 0)),
    generator: (fake) => halfSquare(fake, 1),
    hasTargets: true,
  },
  // Arjovsky et al. 2017, equations 2 and 3.
  wasserstein: {
    discriminator: (real, fake) => subtract(mean(fake), mean(real)),
    generator: (fake) => negate(mean(fake)),
  },
  // Lim & Ye 2017; Miyato et al. 2018, equations 16 and 17.
  hinge: {
    discriminator: (real, fake) =>
      add(mean(relu(shift(negate(real), 1))), mean(relu(shift(fake, 1)))),
    generator: (fake) => negate(mean(fake)),
  },
  // Jolicoeur-Martineau 2018; Huang et al. 2024 (R3GAN), equation 2.
  relativisticPairing: {
    discriminator: (real, fake) => mean(ofOne(subtract(real, fake))),
    generator: (fake, real) => mean(ofOne(subtract(fake, real as Value))),
    comparesBoth: true,
  },
  // Jolicoeur-Martineau 2018, equations 5 and 6.
  relativisticAverage: {
    discriminator: (real, fake) =>
      add(
        mean(ofOne(subtract(real, meanOver(fake)))),
        mean(ofZero(subtract(fake, meanOver(real)))),
      ),
    generator: (fake, real) =>
      add(
        mean(ofOne(subtract(fake, meanOver(real as Value)))),
        mean(ofZero(subtract(real as Value, meanOver(fake)))),
      ),
    comparesBoth: true,
  },
};

function termsOf(loss: LossKind | AdversarialLoss): { terms: Terms; smoothing: number } {
  const { kind, labelSmoothing = 0 } = typeof loss === 'string' ? { kind: loss } : loss;
  if (!lossKinds.includes(kind)) throw invalid('loss', `one of ${lossKinds.join(', ')}`, kind);
  const most = hasTargets(kind) ? 0.5 : 0;
  if (!(labelSmoothing >= 0 && labelSmoothing <= most)) {
    const range = most === 0 ? `0, as the ${kind} loss has no targets to soften,` : `0 to ${most}`;
    throw invalid('labelSmoothing', range, labelSmoothing);
  }
  return { terms: terms[kind], smoothing: labelSmoothing };
}

/** Whether a loss has targets, which label smoothing can soften. */
export function hasTargets(kind: LossKind): boolean {
  return terms[kind].hasTargets === true;
}

/** Whether a loss compares logits of real images with those of fakes, so that the generator's wants both. */
export function isRelativistic(loss: LossKind | AdversarialLoss): boolean {
  return termsOf(loss).terms.comparesBoth === true;
}

/** What a discriminator minimizes, an item: its loss on real images and on fakes. */
export function discriminatorLoss(
  loss: LossKind | AdversarialLoss,
  real: Value,
  fake: Value,
): Value {
  const { terms: own, smoothing } = termsOf(loss);
  return own.discriminator(real, fake, smoothing);
}

/**
 * What a generator minimizes, an item.
 *
 * @param real Logits of real images; only relativistic losses want them.
 */
export function generatorLoss(loss: LossKind | AdversarialLoss, fake: Value, real?: Value): Value {
  const { terms: own } = termsOf(loss);
  if (own.comparesBoth && real === undefined) {
    throw invalid('real', 'the logits of real images, for the loss is relativistic,', real);
  }
  return own.generator(fake, real);
}
