/** Which sizes convolutional networks are built for, and how they reach them: the one place of that rule and its words. */
import type { Pair } from '../graph/index.js';
import { type ImageShape, unfit } from './image-shape.js';

/** How a convolutional generator reaches a size: from `base`, height and width, doubled `doublings` times. */
export interface Doublings {
  base: readonly [height: number, width: number];
  doublings: number;
}

/** Sizes that a family of networks is built for, each bound included. */
export interface DoubledSizes {
  /** How often the base is doubled. */
  doublings: readonly [least: number, most: number];
  /** The image's shorter side. */
  shorter: readonly [least: number, most: number];
}

/** The least and the largest side of a base. The largest is 20, so that 15×20 and 9×16, doubled, make images of 3:4 and 9:16. */
const baseSides = [2, 20] as const;

/** Side that the papers' networks start from: 4×4, as DCGAN's 64×64 in four doublings. */
const usual = 4;

/** What all networks but Progressive GAN's take. */
export const commonSizes: DoubledSizes = { doublings: [2, 6], shorter: [16, 256] };

/** Such sizes in words, for messages and for `ganode recipes`. */
export function describeSizes({ doublings, shorter }: DoubledSizes = commonSizes): string {
  const [least, most] = baseSides;
  return `sides from ${least} to ${most} doubled equally often, ${doublings.join(' to ')} times, the shorter one ${shorter.join(' to ')} (64×64, 28×28, 48×64, 72×128)`;
}

/**
 * The base and how often it is doubled to make an image. Of several ways it is the one by which the base's shorter side is nearest
 * to 4, as the papers have it: a square power of two from 4×4, 28×28 from 7×7, 48×64 from 3×4.
 *
 * @param model Whose networks they are, for the message.
 * @throws GanodeError `INVALID_OPTION` for an image of another size; it names two sizes near it that fit.
 */
export function doublingsOf(
  model: string,
  image: ImageShape,
  sizes: DoubledSizes = commonSizes,
): Doublings {
  const found = wayTo([image.height, image.width], sizes);
  if (found) return found;
  const near = nearestSizes(image, sizes).map((sides) => sides.join('×'));
  throw unfit(model, describeSizes(sizes), image, `the nearest that fit are ${near.join(' and ')}`);
}

/** The base as a kernel that covers it: one number where it is a square. */
export function covering([height, width]: Doublings['base']): Pair {
  return height === width ? height : [height, width];
}

function wayTo([height, width]: Doublings['base'], sizes: DoubledSizes): Doublings | undefined {
  const shorter = Math.min(height, width);
  if (shorter < sizes.shorter[0] || shorter > sizes.shorter[1]) return undefined;
  const fits = (side: number): boolean =>
    Number.isInteger(side) && side >= baseSides[0] && side <= baseSides[1];
  const distance = ({ base }: Doublings): number => Math.abs(Math.min(...base) - usual);
  return doublingsIn(sizes)
    .map((doublings): Doublings => {
      const factor = 2 ** doublings;
      return { base: [height / factor, width / factor], doublings };
    })
    .filter(({ base }) => base.every(fits))
    .sort((a, b) => distance(a) - distance(b))[0];
}

/** The two that change an image's sides least, and its proportions above all. */
function nearestSizes({ height, width }: ImageShape, sizes: DoubledSizes): Doublings['base'][] {
  const [least, most] = baseSides;
  const bases = Array.from({ length: most - least + 1 }, (_, index) => least + index);
  const candidates = new Map<string, { sides: Doublings['base']; change: number }>();
  for (const doublings of doublingsIn(sizes)) {
    for (const high of bases) {
      for (const wide of bases) {
        const sides = [high * 2 ** doublings, wide * 2 ** doublings] as const;
        if (!wayTo(sides, sizes)) continue;
        const [higher, wider] = [Math.log(sides[0] / height), Math.log(sides[1] / width)];
        const change = Math.max(Math.abs(higher), Math.abs(wider)) + Math.abs(higher - wider);
        candidates.set(sides.join('×'), { sides, change });
      }
    }
  }
  const sorted = [...candidates.values()].sort((a, b) => a.change - b.change);
  return sorted.slice(0, 2).map(({ sides }) => sides);
}

function doublingsIn({ doublings: [least, most] }: DoubledSizes): number[] {
  return Array.from({ length: most - least + 1 }, (_, index) => least + index);
}
