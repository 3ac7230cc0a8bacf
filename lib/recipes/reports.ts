/** What adversarial training reports of its networks, as values of a procedure. */

import type { LossKind, Value } from '../procedure/index.js';
import * as p from '../procedure/index.js';

/** Share of images that D tells right; of pairs, where a logit alone says nothing. */
export function discriminatorAccuracy(kind: LossKind, real: Value, fake: Value): Value {
  if (p.isRelativistic(kind) || kind === 'wasserstein') {
    return p.mean(p.positive(p.subtract(real, fake)));
  }
  const threshold = kind === 'leastSquares' ? 0.5 : 0;
  const right = p.add(
    p.mean(p.positive(p.shift(real, -threshold))),
    p.mean(p.positive(p.shift(p.negate(fake), threshold))),
  );
  return p.half(right);
}

/** Share of fakes (or pairs) of which D is surer than 99 %; undefined for losses that are no logistic regression. */
export function discriminatorSaturation(
  kind: LossKind,
  real: Value,
  fake: Value,
): Value | undefined {
  const sure = Math.log(99);
  if (p.isRelativistic(kind)) return p.mean(p.positive(p.shift(p.subtract(real, fake), -sure)));
  if (kind !== 'minimax' && kind !== 'nonSaturating') return undefined;
  return p.mean(p.positive(p.shift(p.negate(fake), -sure)));
}

/** How much fakes vary over a batch, as a share of what real images vary: means over an image's values of their deviations. */
export function sampleDiversity(fake: Value, real: Value): Value {
  const spread = (images: Value): Value => p.mean(p.batchDeviation(images));
  return p.divide(spread(fake), p.clamp(spread(real), { least: 1e-8 }));
}
