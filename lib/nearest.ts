import { closest, distance } from 'fastest-levenshtein';

/** `; did you mean "X"?` for the known word nearest to `word`, or `''` where none is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const best = closest(word, [...known]);
  const near = distance(word.toLowerCase(), best.toLowerCase()) <= Math.max(2, word.length / 3);
  return near ? `; did you mean "${best}"?` : '';
}
