import { z } from 'zod';
import { describeSizes } from '../models/doublings.js';
import { r3ganDiscriminator, r3ganGenerator } from '../models/r3gan.js';
import { defineRecipe } from './recipe.js';

/** Real images over which everything moves from its first value to its last; the official presets have 20 million. */
const burnIn = 1_000_000;
const cosine = (from: number, to: number) =>
  ({ schedule: 'cosine', from, to, images: burnIn }) as const;

const adam = () =>
  ({
    kind: 'adam',
    learningRate: cosine(2e-4, 5e-5),
    betas: [0, cosine(0.9, 0.99)] as [number, ReturnType<typeof cosine>],
  }) as const;

const channels = z
  .int()
  .min(8)
  .max(4096)
  .refine((value) => value % 8 === 0, 'expected a multiple of 8');

/**
 * The official code's preset FFHQ-64 (brownvc/R3GAN, train.py), on narrower networks and with a twentieth of its burn-in and of
 * the half-life of its average, so that it trains on a processor.
 */
export const r3gan = defineRecipe({
  name: 'r3gan',
  title: 'R3GAN',
  paper:
    'Huang, Gokaslan, Kuleshov, Tompkin, "The GAN is dead; long live the GAN! A Modern GAN Baseline", NeurIPS 2024',
  data: { kind: 'images', shapes: describeSizes() },
  model: z.strictObject({
    latentSize: z.int().min(1).default(64),
    width: channels.default(32),
    maxWidth: channels.default(128),
    blocks: z.int().min(1).max(64).default(1),
  }),
  generator: r3ganGenerator,
  discriminator: r3ganDiscriminator,
  defaults: {
    loss: { kind: 'relativisticPairing' },
    penalties: [
      { kind: 'r1', weight: cosine(2, 0.2) },
      { kind: 'r2', weight: cosine(2, 0.2) },
    ],
    optimizers: { generator: adam(), discriminator: adam() },
    batch: 64,
    ema: { halfLife: cosine(0, 25_000) },
    augment: {
      kind: 'ada',
      pipeline: ['blit', 'geom', { transform: 'color', multiplier: 0.5 }, 'cutout'],
      target: null,
      probability: cosine(0, 0.3),
    },
    duration: { images: 2_000_000 },
  },
});
