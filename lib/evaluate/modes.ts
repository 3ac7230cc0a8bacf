/** How samples spread over modes. */

/**
 * Kullback–Leibler divergence, in nats, of the distribution of samples over modes from the uniform one:
 * Σ_k q_k ln(q_k · K) with q_k = counts[k] / Σ counts, K modes, and 0 ln 0 = 0. From 0 (all modes alike) to ln K (one mode).
 * NaN where there are no samples.
 */
export function divergenceFromUniform(counts: ArrayLike<number>): number {
  const all = Array.from(counts);
  const total = all.reduce((sum, count) => sum + count, 0);
  if (total === 0) return Number.NaN;
  return all.reduce((sum, count) => {
    const share = count / total;
    return count === 0 ? sum : sum + share * Math.log(share * all.length);
  }, 0);
}
