import { describe, expect, it } from 'vitest';
import { betterThanGuessing, commonestShare } from '../../../lib/evaluate/chance.js';

describe('betterThanGuessing', () => {
  it('is an exact binomial test at 1 %, on one side', () => {
    // P(X ≥ 7) of 7 throws of a coin is 1/128 = 0.0078, P(X ≥ 6) of 6 is 1/64 = 0.0156.
    expect(betterThanGuessing(1, 7, 0.5)).toBe(true);
    expect(betterThanGuessing(1, 6, 0.5)).toBe(false);
    // P(X ≥ 9) of 10 is 11/1024 = 0.0107, of 1 in 4 wrong guesses far less.
    expect(betterThanGuessing(0.9, 10, 0.5)).toBe(false);
    expect(betterThanGuessing(0.9, 10, 0.25)).toBe(true);
    // scipy.stats.binom.sf(122, 1000, 0.1) = 0.0104, and of 123 0.0083.
    expect(betterThanGuessing(0.123, 1000, 0.1)).toBe(false);
    expect(betterThanGuessing(0.124, 1000, 0.1)).toBe(true);
  });

  it('knows what cannot be bettered, and does not run out of digits', () => {
    expect(betterThanGuessing(1, 100, 1)).toBe(false);
    expect(betterThanGuessing(0, 100, 0.5)).toBe(false);
    expect(betterThanGuessing(0.5, 100_000, 0.5)).toBe(false);
    expect(betterThanGuessing(0.51, 100_000, 0.5)).toBe(true);
    expect(betterThanGuessing(0.99, 100_000, 0.1)).toBe(true);
  });
});

describe('commonestShare', () => {
  it('is the share of the most frequent label', () => {
    expect(commonestShare([0, 1, 1, 2, 1])).toBe(0.6);
    expect(commonestShare(new Int32Array(4))).toBe(1);
    expect(commonestShare([])).toBe(0);
  });
});
