import { type ImageShape, unfit } from './image-shape.js';

/** How a convolutional generator reaches a size: from `base`×`base`, doubled `doublings` times. */
export interface Doublings {
  base: number;
  doublings: number;
}

/** The sizes that `doublingsOf` takes, in words. */
export const doubledSizes = '28×28 or a square power of two from 16×16 to 256×256';

/**
 * 28×28: twice from 7×7. A square power of two from 16 to 256: from 4×4, as DCGAN's 64×64 in four doublings.
 *
 * @param model Whose networks they are, for the message.
 * @throws GanodeError `INVALID_OPTION` for an image of another size.
 */
export function doublingsOf(model: string, image: ImageShape): Doublings {
  const size = image.height;
  if (image.width === size && size === 28) return { base: 7, doublings: 2 };
  const doublings = Math.log2(size) - 2;
  if (image.width === size && Number.isInteger(doublings) && size >= 16 && size <= 256) {
    return { base: 4, doublings };
  }
  throw unfit(model, doubledSizes, image);
}
