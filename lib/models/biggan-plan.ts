/** How BigGAN and BigGAN-deep reach a size: `G_arch` and `D_arch` of the official code. */
import { GanodeError } from '../errors.js';
import { type Doublings, doublingsOf } from './doublings.js';
import type { ImageShape } from './image-shape.js';

/** Of every layer with weights, in both networks. */
export const orthogonal = { spectralNorm: true, initializer: 'orthogonal' } as const;

/** Up to 32×32, whose networks all images with as few doublings have: D halves their size `fewHalvings` times only. */
const fewDoublings = 3;
const fewHalvings = 2;

export interface BigganPlan {
  base: Doublings['base'];
  doublings: number;
  /** Multiples of `width`, from the smallest size to the image's. */
  generator: number[];
  /** The same for D's blocks, from the image on. */
  discriminator: { to: number; down: boolean }[];
}

/** @throws GanodeError `INVALID_OPTION` for an image whose size `doublingsOf` refuses. */
export function bigganPlan(model: string, image: ImageShape): BigganPlan {
  const { base, doublings } = doublingsOf(model, image);
  if (doublings <= fewDoublings) {
    const generator = Array<number>(doublings + 1).fill(4);
    const discriminator = [0, 1, 2, 3].map((index) => ({ to: 4, down: index < fewHalvings }));
    return { base, doublings, generator, discriminator };
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
    doublings,
    generator: generators[doublings as 4 | 5 | 6],
    discriminator: discriminator.map((to, index) => ({ to, down: index < doublings })),
  };
}

/**
 * Heights at which there is self-attention: as given, or as the official code has it for squares of as many doublings, 64 of 128
 * and of 256, and 32 of 64.
 *
 * @throws GanodeError `INVALID_OPTION` for one at which no block of both networks ends.
 */
export function attentionSizes(
  { base: [height, width], doublings }: BigganPlan,
  given: readonly number[] | null,
): readonly number[] {
  if (given === null) {
    return doublings <= fewDoublings ? [] : [height * 2 ** Math.min(doublings - 1, 4)];
  }
  // Behind a block of G and of D.
  const halvings = doublings <= fewDoublings ? Math.min(doublings - 1, fewHalvings) : doublings - 1;
  const factors = Array.from({ length: halvings }, (_, i) => 2 ** (doublings - i - 1));
  // Pooled by two, keys and values need even sides.
  const fits = factors
    .filter((factor) => [height, width].every((side) => (side * factor) % 2 === 0))
    .map((factor) => factor * height);
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
