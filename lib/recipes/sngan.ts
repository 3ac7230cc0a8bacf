import { z } from 'zod';
import { describeSizes } from '../models/doublings.js';
import { snganDiscriminator, snganGenerator } from '../models/sngan.js';
import { defineRecipe } from './recipe.js';

const adam = { kind: 'adam', learningRate: 2e-4, betas: [0.5, 0.999] as [number, number] } as const;

/** Setting C of the paper's table 1, batches of 64; the hinge loss is that of its section on residual networks. */
export const sngan = defineRecipe({
  name: 'sngan',
  title: 'Spectral normalization GAN',
  paper:
    'Miyato et al., "Spectral Normalization for Generative Adversarial Networks", ICLR 2018; with labels: Miyato, Koyama, "cGANs with Projection Discriminator", ICLR 2018',
  data: { kind: 'images', shapes: describeSizes() },
  model: z.strictObject({
    latentSize: z.int().min(1).default(128),
    width: z.int().min(1).max(1024).default(64),
  }),
  generator: snganGenerator,
  discriminator: snganDiscriminator,
  defaults: {
    loss: { kind: 'hinge' },
    optimizers: { generator: { ...adam }, discriminator: { ...adam } },
    batch: 64,
    duration: { epochs: 50 },
  },
});
