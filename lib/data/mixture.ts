/**
 * Mixtures of Gaussians in the plane, on which the collapse of modes can be counted: VEEGAN (Srivastava et al. 2017) and
 * PacGAN (Lin et al. 2018), with the values of PacGAN's code.
 */
import { invalid } from '../errors.js';
import { ranges, requireInRange, requireRanges } from '../ranges.js';
import { ArrayDataset } from './dataset.js';
import { Random } from './sampler.js';

export type MixtureName = 'ring' | 'grid';

/** Equally likely round Gaussians. */
export interface Mixture {
  /** x and y of each mode. */
  readonly centres: readonly (readonly [number, number])[];
  /** σ of every mode, in both directions. */
  readonly deviation: number;
}

export const mixtures: Readonly<Record<MixtureName, Mixture>> = {
  /** 8 modes on the circle of radius 1. */
  ring: {
    centres: Array.from({ length: 8 }, (_, mode) => {
      const angle = (mode * Math.PI) / 4;
      return [Math.cos(angle), Math.sin(angle)] as const;
    }),
    deviation: 0.01,
  },
  /** 5×5 modes, 2 apart, from -4 to 4. */
  grid: {
    centres: Array.from(
      { length: 25 },
      (_, mode) => [2 * Math.floor(mode / 5) - 4, 2 * (mode % 5) - 4] as const,
    ),
    deviation: 0.05,
  },
};

/** What its random numbers are for, among those of one seed. */
const purpose = 100;

/**
 * Points of a mixture as a dataset: float32 of shape 2×1×1 (channels x and y), in the paper's coordinates, so a generator needs
 * a linear output. Labels are the modes; classes are named by their centres.
 *
 * @param options.count Points, default 100,000 as in PacGAN.
 * @param options.seed 0 … 2^53 - 1, default 0: equal seeds give equal points.
 * @throws GanodeError `INVALID_OPTION` for an unknown name, a count or a seed that is none.
 */
export function openMixture(
  name: MixtureName,
  { count = 100_000, seed = 0 }: { count?: number; seed?: number } = {},
): ArrayDataset {
  const { centres, deviation } = findMixture(name);
  requireInRange('count', count, ranges.images);
  requireRanges({ seed });
  const random = new Random(seed, 0, purpose);
  const images = new Float32Array(2 * count);
  const labels = new Int32Array(count);
  for (let item = 0; item < count; item += 1) {
    const mode = random.below(centres.length);
    const [x, y] = centres[mode] as readonly [number, number];
    // Box & Muller 1958: two independent normal numbers of two uniform ones.
    const radius = deviation * Math.sqrt(-2 * Math.log((random.next() + 1) / 2 ** 32));
    const angle = (2 * Math.PI * random.next()) / 2 ** 32;
    images[2 * item] = x + radius * Math.cos(angle);
    images[2 * item + 1] = y + radius * Math.sin(angle);
    labels[item] = mode;
  }
  return new ArrayDataset({
    name,
    images,
    shape: { channels: 2, height: 1, width: 1 },
    kind: 'points',
    // Networks of mixtures have linear outputs.
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    labels,
    classes: centres.map(
      (centre) => `(${centre.map((value) => Number(value.toFixed(2))).join(', ')})`,
    ),
  });
}

/** Throws `INVALID_OPTION` for an unknown name. */
export function findMixture(name: MixtureName): Mixture {
  if (!Object.hasOwn(mixtures, name)) throw invalid('mixture', "'ring' or 'grid'", name);
  return mixtures[name];
}
