/** Whether a classifier knows more than which class is the commonest. */

/** Probability, at most, with which a classifier that only guesses is taken for a better one. */
const level = 0.01;

/** Share of the labels that are of the commonest class; 0 without labels. */
export function commonestShare(labels: ArrayLike<number>): number {
  const counts = new Map<number, number>();
  let most = 0;
  for (let i = 0; i < labels.length; i += 1) {
    const count = (counts.get(labels[i] as number) ?? 0) + 1;
    counts.set(labels[i] as number, count);
    most = Math.max(most, count);
  }
  return labels.length === 0 ? 0 : most / labels.length;
}

/**
 * One-sided exact binomial test: whether `accuracy` on `count` images would be reached by chance with a probability under 1 %, each
 * image being right with the probability `guessing`.
 */
export function betterThanGuessing(accuracy: number, count: number, guessing: number): boolean {
  return atLeast(Math.round(accuracy * count), count, guessing) < level;
}

/** P(X ≥ right) of a binomial X of `count` trials; the terms go by logarithms, as each may be tiny. */
function atLeast(right: number, count: number, probability: number): number {
  if (right <= 0 || probability >= 1) return 1;
  if (probability <= 0) return 0;
  const odds = Math.log(probability) - Math.log1p(-probability);
  let term = count * Math.log1p(-probability);
  let sum = 0;
  for (let k = 0; k <= count; k += 1) {
    if (k >= right) sum += Math.exp(term);
    term += odds + Math.log((count - k) / (k + 1));
  }
  return Math.min(1, sum);
}
