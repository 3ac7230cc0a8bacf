/**
 * Sequences of numbers: N×steps×features. As a dataset they are images of one channel, whose rows are the steps and whose columns
 * the features, so that everything that takes images takes them.
 */
import { invalid } from '../errors.js';
import { asPixels, type GivenPixels } from '../image/pixels.js';
import { ranges, requireInRange } from '../ranges.js';
import { ArrayDataset, type ArrayDatasetOptions } from './dataset.js';
import { Random } from './sampler.js';

export interface SequencesOptions
  extends Pick<
    ArrayDatasetOptions,
    'range' | 'labels' | 'classes' | 'split' | 'splits' | 'warnings'
  > {
  /** N×steps×features, row-major. float32 is taken as it is and should be from -1 to 1, uint8 is scaled from 0 … 255 to [-1, 1]. */
  values: GivenPixels;
  steps: number;
  /** Numbers at each step. Default 1. */
  features?: number;
  /** For messages and the run directory. Default `sequences`. */
  name?: string;
}

/** Sequences in memory. Throws as `ArrayDataset`. */
export function sequences(options: SequencesOptions): ArrayDataset {
  if (typeof options !== 'object' || options === null) {
    throw invalid('options', 'an object with values and steps', options);
  }
  const { values, steps, features = 1, name = 'sequences', ...rest } = options;
  for (const [side, size] of Object.entries({ steps, features })) {
    requireInRange(side, size, ranges.images);
  }
  return new ArrayDataset({
    ...rest,
    name,
    images: asPixels(values, 'values'),
    shape: { channels: 1, height: steps, width: features },
    layout: 'channelsFirst',
    kind: 'sequences',
  });
}

/** What its random numbers are for, among those of one seed. */
const purpose = 101;

/**
 * Waves as in RCGAN's experiments (Esteban et al. 2017, and the authors' code): A · sin(2πft/30 + φ), 30 steps of one feature, A
 * from 0.1 to 0.9, f from 1 to 5, φ from -π to π, all uniform. 14,000 of them.
 *
 * @param seed 0 … 2^53 - 1: equal seeds give equal waves.
 */
export function openSines(seed: number): ArrayDataset {
  const [count, steps] = [14_000, 30];
  const random = new Random(seed, 0, purpose);
  const between = (low: number, high: number): number =>
    low + ((high - low) * random.next()) / 2 ** 32;
  const values = new Float32Array(count * steps);
  for (let item = 0; item < count; item += 1) {
    const frequency = between(1, 5);
    const amplitude = between(0.1, 0.9);
    const phase = between(-Math.PI, Math.PI);
    for (let step = 0; step < steps; step += 1) {
      const angle = (2 * Math.PI * frequency * step) / steps + phase;
      values[item * steps + step] = amplitude * Math.sin(angle);
    }
  }
  return sequences({ name: 'sines', values, steps });
}
