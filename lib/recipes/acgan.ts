import { z } from 'zod';
import { acganDiscriminator, acganGenerator } from '../models/acgan.js';
import { describeSizes } from '../models/doublings.js';
import { defineRecipe } from './recipe.js';

const adam = { kind: 'adam', learningRate: 2e-4, betas: [0.5, 0.999] as [number, number] } as const;

/** Settings of the paper's CIFAR-10 model (table 2): 50,000 batches of 100, and of three rates the middle one. */
export const acgan = defineRecipe({
  name: 'acgan',
  title: 'Auxiliary Classifier GAN',
  paper:
    'Odena, Olah, Shlens, "Conditional Image Synthesis with Auxiliary Classifier GANs", ICML 2017',
  data: { kind: 'images', shapes: `${describeSizes()}, with labels` },
  model: z.strictObject({
    latentSize: z.int().min(1).default(100),
    generatorWidth: z.int().min(1).max(1024).default(96),
    discriminatorWidth: z.int().min(1).max(1024).default(16),
  }),
  conditional: true,
  generator: acganGenerator,
  discriminator: acganDiscriminator,
  defaults: {
    loss: { kind: 'nonSaturating', classification: { discriminator: 1, generator: 1 } },
    optimizers: { generator: { ...adam }, discriminator: { ...adam } },
    batch: 100,
    duration: { images: 5_000_000 },
  },
});
