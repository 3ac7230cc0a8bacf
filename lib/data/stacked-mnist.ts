/**
 * Stacked MNIST: three random digits as the channels of one picture, 1,000 modes that can be counted. Metz et al. 2017 (Unrolled
 * GAN), section 3.3.1; sizes as in VEEGAN (Srivastava et al. 2017) and PacGAN (Lin et al. 2018).
 */
import { GanodeError } from '../errors.js';
import type { Pixels } from '../image/pixels.js';
import { ranges, requireInRange, requireRanges } from '../ranges.js';
import type { Dataset } from './dataset.js';
import { DerivedDataset } from './derived.js';
import { Random } from './sampler.js';

/** What its random numbers are for, among those of one seed. */
const purpose = 101;

/**
 * Pictures of three digits each, drawn with replacement. Only indices are held: digits are put together when they are read.
 * The label of a picture is 100·r + 10·g + b with the digits of its red, green and blue channel.
 *
 * @param digits Labelled images of one channel, of classes 0 … 9.
 * @param options.count Pictures, default 128,000 as in the papers.
 * @param options.seed 0 … 2^53 - 1, default 0: equal seeds give equal pictures.
 * @throws GanodeError `INVALID_DATA` for images of several channels, or other than ten classes; `INVALID_OPTION` for a count or
 *   a seed that is none.
 */
export function stackDigits(
  digits: Dataset,
  { count = 128_000, seed = 0 }: { count?: number; seed?: number } = {},
): Dataset {
  requireInRange('count', count, ranges.images);
  requireRanges({ seed });
  const { name, labels, classes, shape } = digits;
  if (shape.channels !== 1 || !labels || classes?.length !== 10) {
    throw new GanodeError(
      'INVALID_DATA',
      `${name}: expected images of 1 channel with labels of 10 classes, to be stacked, but it has ${shape.channels} and ${labels ? classes?.length : 'no labels'}`,
    );
  }
  const random = new Random(seed, 0, purpose);
  const members = Uint32Array.from({ length: 3 * count }, () => random.below(digits.length));
  return new StackedDigits(digits, members);
}

class StackedDigits extends DerivedDataset {
  /** @param members Three indices of digits a picture. */
  constructor(
    digits: Dataset,
    private readonly members: Uint32Array,
  ) {
    const length = members.length / 3;
    const label = (member: number): number => digits.labels?.[members[member] as number] as number;
    super(digits, {
      name: `stacked-${digits.name}`,
      length,
      shape: { ...digits.shape, channels: 3 },
      labels: Int32Array.from(
        { length },
        (_, item) => 100 * label(3 * item) + 10 * label(3 * item + 1) + label(3 * item + 2),
      ),
      classes: Array.from({ length: 1000 }, (_, mode) => String(mode).padStart(3, '0')),
    });
  }

  override read(indices: Uint32Array, target: Pixels): void | Promise<void> {
    // C×H×W with a digit for each C is three digits one after the other.
    const three = Uint32Array.from(
      { length: 3 * indices.length },
      (_, i) => this.members[3 * (indices[Math.floor(i / 3)] as number) + (i % 3)] as number,
    );
    return this.source.read(three, target);
  }
}
