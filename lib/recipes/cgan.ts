import { z } from 'zod';
import { cganDiscriminator, cganGenerator } from '../models/cgan.js';
import { defineRecipe } from './recipe.js';

/** The paper divides the rate by 1.00004 each batch: by 3.3 over the 30,000 of 50 epochs; here it falls in a line. */
const sgd = (from: number) =>
  ({
    kind: 'sgd',
    momentum: 0.5,
    learningRate: { schedule: 'linear', from, to: 0.3 * from, images: 3_000_000 },
  }) as const;

/** Settings of the paper's section 4.1, but for D's rate, a fifth of it: at half of it training diverges in the first epoch. */
export const cgan = defineRecipe({
  name: 'cgan',
  title: 'Conditional GAN',
  paper: 'Mirza, Osindero, "Conditional Generative Adversarial Nets", 2014',
  data: { kind: 'images', shapes: 'any, with labels' },
  model: z.strictObject({ latentSize: z.int().min(1).default(100) }),
  conditional: true,
  generator: cganGenerator,
  discriminator: cganDiscriminator,
  defaults: {
    latentDistribution: 'uniform',
    loss: { kind: 'nonSaturating' },
    optimizers: { generator: sgd(0.1), discriminator: sgd(0.02) },
    batch: 100,
    duration: { images: 3_000_000 },
  },
});
