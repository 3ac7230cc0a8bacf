/** How BigGAN and BigGAN-deep reach a size: `G_arch` and `D_arch` of the official code. */
import { GanodeError } from '../errors.js';
import { doublingsOf } from './doublings.js';
import type { ImageShape } from './image-shape.js';

/** Of every layer with weights, in both networks. */
export const orthogonal = { spectralNorm: true, initializer: 'orthogonal' } as const;

export interface BigganPlan {
  base: number;
  /** Multiples of `width`, from the smallest size to the image's. */
  generator: number[];
  /** The same for D's blocks, from the image on. */
  discriminator: { to: number; down: boolean }[];
}

/** @throws GanodeError `INVALID_OPTION` for an image that is neither 28×28 nor a square power of two from 16 to 256. */
export function bigganPlan(model: string, image: ImageShape): BigganPlan {
  const { base, doublings } = doublingsOf(model, image);
  if (image.height <= 32) {
    const generator = Array<number>(doublings + 1).fill(4);
    const discriminator = [true, true, false, false].map((down) => ({ to: 4, down }));
    return { base, generator, discriminator };
  }
  const generators = { 4: [16, 16, 8, 4, 2], 5: [16, 16, 8, 4, 2, 1], 6: [16, 16, 8, 8, 4, 2, 1] };
  const discriminators = {
    4: [1, 2, 4, 8, 16],
    5: [1, 2, 4, 8, 16, 16],
    6: [1, 2, 4, 8, 8, 16, 16],
  };
  const discriminator = discriminators[doublings as 4 | 5 | 6];
  return {
    base,
    generator: generators[doublings as 4 | 5 | 6],
    discriminator: discriminator.map((to, index) => ({ to, down: index < doublings })),
  };
}

/**
 * Heights at which there is self-attention.
 *
 * @throws GanodeError `INVALID_OPTION` for one at which no block of both networks ends.
 */
export function attentionSizes(
  { height }: ImageShape,
  given: readonly number[] | null,
  doublings: number,
): readonly number[] {
  if (given === null) return height >= 128 ? [64] : height === 64 ? [32] : [];
  // Behind a block of G and of D; up to 32×32 D halves only twice.
  const halvings = Math.min(doublings - 1, height <= 32 ? 2 : Infinity);
  const there = Array.from({ length: halvings }, (_, i) => height / 2 ** (i + 1));
  // Pooled by two, keys and values need even sides.
  const fits = there.filter((size) => size % 2 === 0);
  const stranger = given.find((size) => !fits.includes(size));
  if (stranger === undefined) return given;
  const message = `model.attention: expected heights among ${fits.join(', ')} but received ${stranger}`;
  throw new GanodeError('INVALID_OPTION', message, { details: { path: 'model.attention' } });
}

/** @throws GanodeError `INVALID_OPTION` for a latent with fewer values than parts. */
export function chunkOf(latentSize: number, parts: number): number {
  if (latentSize >= parts) return Math.floor(latentSize / parts);
  const message = `model.latentSize: expected at least ${parts}, the parts that z is split into, but received ${latentSize}`;
  throw new GanodeError('INVALID_OPTION', message, { details: { path: 'model.latentSize' } });
}
