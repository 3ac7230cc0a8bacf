import { closest, distance } from 'fastest-levenshtein';
import { synonymOf } from './synonyms.js';

/**
 * The known name that a word stands for: what other software calls it, or else the nearest by spelling; undefined where none is
 * near.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const synonym = synonymOf(word, known);
  if (synonym) return synonym;
  const best = closest(word, [...known]);
  const near = distance(word.toLowerCase(), best.toLowerCase()) <= Math.max(2, word.length / 3);
  return near ? best : undefined;
}

/** `; did you mean "X"?` for `nearest`, or `''` where there is none. */
export function didYouMean(word: string, known: readonly string[]): string {
  const found = nearest(word, known);
  return found === undefined ? '' : `; did you mean "${found}"?`;
}
