/** Collapse of modes on mixtures in the plane, by the protocol of VEEGAN and PacGAN. */
import { findMixture, type MixtureName } from '../data/mixture.js';
import { GanodeError } from '../errors.js';
import { divergenceFromUniform } from './modes.js';

export interface MixtureMetrics {
  /** Points looked at: 2,500 in both papers. */
  count: number;
  /** Modes with at least one high-quality point. */
  modes: number;
  /** Modes there are: 8 or 25. */
  modesInData: number;
  /** Share of points that lie within 3σ of their nearest centre, 0 … 1; 1 - e^-4.5 = 0.989 for the mixture itself. */
  highQuality: number;
  /**
   * PacGAN's third metric, in nats: every point, high-quality or not, is counted for its nearest centre; then KL(points ‖
   * uniform) over the modes. 0 is best, ln 8 = 2.08 or ln 25 = 3.22 worst.
   */
  reverseKl: number;
}

/** Standard deviations from the centre up to which a point is of high quality. */
const limit = 3;

/**
 * Metrics of generated points, `x, y, x, y, …`. A point that is not finite belongs to no mode: it lowers the share of high
 * quality, and is left out of the divergence (NaN when no point is finite).
 *
 * Sources: Srivastava et al. 2017 (VEEGAN), experiments on synthetic data: high quality, and modes found; Lin et al. 2018
 * (PacGAN), the same experiments: reverse KL. PacGAN's published code reports a Jensen–Shannon divergence of the high-quality points instead; the paper's
 * definition is taken here.
 *
 * @throws GanodeError `INVALID_DATA` unless there is at least one point, of two values; `INVALID_OPTION` for an unknown mixture.
 */
export function mixtureMetrics(points: Float32Array, name: MixtureName): MixtureMetrics {
  const { centres, deviation } = findMixture(name);
  if (points.length === 0 || points.length % 2 !== 0) {
    throw new GanodeError(
      'INVALID_DATA',
      `${name}: expected points of two values each but received ${points.length} values`,
    );
  }
  const count = points.length / 2;
  const nearest = new Float64Array(centres.length);
  const found = new Set<number>();
  let good = 0;
  for (let item = 0; item < count; item += 1) {
    const x = points[2 * item] as number;
    const y = points[2 * item + 1] as number;
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    let mode = 0;
    let distance = Number.POSITIVE_INFINITY;
    centres.forEach(([centreX, centreY], index) => {
      const other = Math.hypot(x - centreX, y - centreY);
      if (other < distance) [mode, distance] = [index, other];
    });
    nearest[mode] = (nearest[mode] as number) + 1;
    if (distance > limit * deviation) continue;
    good += 1;
    found.add(mode);
  }
  return {
    count,
    modes: found.size,
    modesInData: centres.length,
    highQuality: good / count,
    reverseKl: divergenceFromUniform(nearest),
  };
}
