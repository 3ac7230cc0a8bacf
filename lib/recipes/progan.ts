import { z } from 'zod';
import { proganDiscriminator, proganGenerator } from '../models/progan.js';
import { defineRecipe } from './recipe.js';

const adam = () =>
  ({ kind: 'adam', learningRate: 1e-3, betas: [0, 0.99] as [number, number] }) as const;
const channels = z.int().min(1).max(4096);

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
    shapes: 'a square power of two from 8×8 to 1024×1024',
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
      batches: { 4: 128, 8: 128, 16: 128, 32: 64, 64: 32, 128: 16, 256: 8, 512: 4 },
      learningRateFactors: { 1024: 1.5 },
    },
    duration: { images: 2_000_000 },
  },
});
