// A seeded generator (sfc32, by Chris Doty-Humphrey): the same text gives the same numbers on every machine.
import { createHash } from 'node:crypto';

export class Random {
  /** @param {string} seed Any text. */
  constructor(seed) {
    const digest = createHash('sha256').update(seed).digest();
    this.state = Uint32Array.from({ length: 4 }, (_, i) => digest.readUInt32LE(4 * i));
  }

  /** A whole number from 0 to 2^32 - 1. */
  next() {
    const s = this.state;
    const t = (s[0] + s[1] + s[3]) >>> 0;
    s[3] += 1;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = s[2] + (s[2] << 3);
    s[2] = (s[2] << 21) | (s[2] >>> 11);
    s[2] += t;
    return t;
  }

  /** A whole number from 0 to `n` - 1; 0 for `n` of 0. */
  below(n) {
    return n <= 0 ? 0 : this.next() % n;
  }

  /** @param {number} probability From 0 to 1. */
  chance(probability) {
    return this.next() < probability * 2 ** 32;
  }

  /** One of a list. */
  pick(list) {
    return list[this.below(list.length)];
  }

  /** A whole number from 1 to `most`, small ones more often. */
  few(most) {
    return 1 + this.below(1 + this.below(most));
  }
}
