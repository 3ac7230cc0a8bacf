import { z } from 'zod';
import { describeSizes } from '../models/doublings.js';
import { wganGpCritic, wganGpGenerator } from '../models/wgan-gp.js';
import { defineRecipe } from './recipe.js';

const adam = { kind: 'adam', learningRate: 1e-4, betas: [0, 0.9] as [number, number] } as const;

/** Settings of the paper's algorithm 1; 25 epochs are ours. */
export const wganGp = defineRecipe({
  name: 'wgan-gp',
  title: 'Wasserstein GAN with gradient penalty',
  paper: 'Gulrajani et al., "Improved Training of Wasserstein GANs", NIPS 2017',
  data: { kind: 'images', shapes: describeSizes() },
  model: z.strictObject({
    latentSize: z.int().min(1).default(128),
    width: z.int().min(1).max(1024).default(64),
  }),
  generator: wganGpGenerator,
  discriminator: wganGpCritic,
  defaults: {
    loss: { kind: 'wasserstein' },
    penalties: [{ kind: 'gradientPenalty', weight: 10, target: 1, sided: 'two', interval: 1 }],
    optimizers: { generator: { ...adam }, discriminator: { ...adam } },
    discriminatorSteps: 5,
    batch: 64,
    duration: { epochs: 25 },
  },
});
