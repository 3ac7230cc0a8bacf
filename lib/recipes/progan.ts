import { z } from 'zod';
import { describeSizes } from '../models/doublings.js';
import type { ImageShape } from '../models/image-shape.js';
import { proganDiscriminator, proganGenerator, proganSizes } from '../models/progan.js';
import { defineRecipe } from './recipe.js';

const adam = () =>
  ({ kind: 'adam', learningRate: 1e-3, betas: [0, 0.99] as [number, number] }) as const;
const channels = z.int().min(1).max(4096);

/** Images a batch, by height of squares: the official code's, which is 4 from 1024 on. */
const batches: Record<string, number> = {
  4: 128,
  8: 128,
  16: 128,
  32: 64,
  64: 32,
  128: 16,
  256: 8,
  512: 4,
};

/** The batch for a height that has none of its own: that of the nearest square power of two, by the number of pixels. */
function otherBatches({ height, width }: ImageShape): Record<string, number> {
  const found: Record<string, number> = {};
  for (let factor = 1; height % factor === 0; factor *= 2) {
    const pixels = (height * width) / factor ** 2;
    const side = Math.max(4, 2 ** Math.round(Math.log2(pixels) / 2));
    // No network begins with fewer than 3×3.
    if (pixels < 8) break;
    const batch = batches[side];
    if (!(height / factor in batches) && batch !== undefined) found[height / factor] = batch;
  }
  return found;
}

/**
 * Settings of the official code for one GPU (config.py, preset-v2-1gpu), on narrower networks and with a sixth of the images for each
 * size, so that it trains on a processor.
 */
export const progan = defineRecipe({
  name: 'progan',
  title: 'Progressive GAN',
  paper:
    'Karras, Aila, Laine, Lehtinen, "Progressive Growing of GANs for Improved Quality, Stability, and Variation", ICLR 2018',
  data: {
    kind: 'images',
    shapes: describeSizes(proganSizes),
    example: { channels: 1, height: 32, width: 32 },
  },
  model: z.strictObject({
    latentSize: z.int().min(1).max(65536).default(128),
    width: channels.default(32),
    maxWidth: channels.default(128),
  }),
  generator: proganGenerator,
  discriminator: proganDiscriminator,
  defaults: {
    loss: { kind: 'wasserstein' },
    penalties: [
      { kind: 'gradientPenalty', weight: 10 },
      { kind: 'drift', weight: 0.001 },
    ],
    optimizers: { generator: adam(), discriminator: adam() },
    ema: { decay: 0.999 },
    batch: 4,
    growing: {
      stableImages: 100_000,
      fadeImages: 100_000,
      batches,
      learningRateFactors: { 1024: 1.5 },
    },
    duration: { images: 2_000_000 },
  },
  defaultsFor: (image) => ({ growing: { batches: otherBatches(image) } }),
});
