/** The order in which images are shown. */
import { GanodeError } from '../errors.js';

/**
 * A fresh permutation for every epoch, from (seed, epoch) alone, cut into batches; what is left of an epoch is dropped. So the
 * number of a batch is the whole state: resuming needs nothing else.
 */
export class Sampler {
  /** Batches in an epoch. */
  readonly batchesPerEpoch: number;
  private permutation: Uint32Array = new Uint32Array();
  private permutationEpoch = -1;

  /** Throws `INVALID_DATA` when a batch is larger than the data. */
  constructor(
    readonly length: number,
    readonly batch: number,
    readonly seed: number,
  ) {
    if (batch > length) {
      throw new GanodeError(
        'INVALID_DATA',
        `Expected at least ${batch} images, one batch, but the data has ${length}; lower the batch size`,
      );
    }
    this.batchesPerEpoch = Math.floor(length / batch);
  }

  /** Indices of batch `number`, counted from 0 over all epochs. */
  indices(number: number): Uint32Array {
    const epoch = Math.floor(number / this.batchesPerEpoch);
    if (epoch !== this.permutationEpoch) {
      this.permutation = permute(this.length, new Random(this.seed, epoch, 0));
      this.permutationEpoch = epoch;
    }
    const start = (number % this.batchesPerEpoch) * this.batch;
    return this.permutation.subarray(start, start + this.batch);
  }

  /** Which images of batch `number` to flip: each with probability one half. */
  flips(number: number): boolean[] {
    const random = new Random(this.seed, number, 1);
    return Array.from({ length: this.batch }, () => random.next() < 2 ** 31);
  }
}

/** Fisher–Yates. */
function permute(length: number, random: Random): Uint32Array {
  const result = Uint32Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    const kept = result[last] as number;
    result[last] = result[other] as number;
    result[other] = kept;
  }
  return result;
}

/** sfc32 of PractRand (Chris Doty-Humphrey), seeded by a 53-bit seed, a counter and a purpose. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number, sequence: number, purpose: number) {
    this.a = seed | 0;
    this.b = (Math.floor(seed / 2 ** 32) ^ (purpose << 24)) | 0;
    this.c = sequence | 0;
    // As the author's seeding: enough rounds to mix every bit in.
    for (let round = 0; round < 15; round += 1) this.next();
  }

  /** 0 … 2^32 - 1. */
  next(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    this.c |= 0;
    return sum >>> 0;
  }

  /** 0 … bound - 1, without bias: values past the last whole multiple are drawn again. */
  below(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let value = this.next();
    while (value >= limit) value = this.next();
    return value % bound;
  }
}
