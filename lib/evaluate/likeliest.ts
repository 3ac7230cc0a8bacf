import type { Features } from './extractor.js';

/** The place of the largest value in each row; the first of equals. */
export function likeliest({ count, size, data }: Features): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => {
    let best = 0;
    for (let place = 1; place < size; place += 1) {
      if ((data[row * size + place] as number) > (data[row * size + best] as number)) best = place;
    }
    return best;
  });
}
