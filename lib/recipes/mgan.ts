import { z } from 'zod';
import { describeSizes } from '../models/doublings.js';
import { mganDiscriminator, mganGenerator } from '../models/mgan.js';
import { defineRecipe } from './recipe.js';

const adam = { kind: 'adam', learningRate: 2e-4, betas: [0.5, 0.999] as [number, number] } as const;

/** Settings of the official code for CIFAR-10 (qhoangdl/MGAN, main.py), but for the width, there 128, and batches of fakes, there 120. */
export const mgan = defineRecipe({
  name: 'mgan',
  title: 'Mixture GAN',
  paper:
    'Hoang, Nguyen, Le, Phung, "MGAN: Training Generative Adversarial Nets with Multiple Generators", ICLR 2018',
  data: { kind: 'images', shapes: describeSizes() },
  model: z.strictObject({
    latentSize: z.int().min(1).default(100),
    experts: z.int().min(1).max(256).default(10),
    width: z.int().min(1).max(1024).default(32),
  }),
  generator: mganGenerator,
  discriminator: mganDiscriminator,
  defaults: {
    latentDistribution: 'uniform',
    loss: { kind: 'nonSaturating', experts: { discriminator: 1, generator: 0.01 } },
    optimizers: { generator: { ...adam }, discriminator: { ...adam } },
    batch: 64,
    duration: { epochs: 50 },
  },
});
