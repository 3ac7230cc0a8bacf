import { z } from 'zod';
import { gan2014Discriminator, gan2014Generator } from '../models/gan-2014.js';
import { defineRecipe } from './recipe.js';

const sgd = { kind: 'sgd', momentum: 0.5 } as const;

/**
 * Settings of the official code for MNIST (goodfeli/adversarial, mnist.yaml): normal latents, batches of 100, stochastic
 * gradient descent with a learning rate of 0.1 and momentum from 0.5. There D's loss is half of ours (the mean over real and
 * generated images, not the sum), which for plain gradient descent is half the learning rate: 0.05.
 * What differs is listed in `docs/recipes.md`.
 */
export const gan2014 = defineRecipe({
  name: 'gan-2014',
  title: 'Generative Adversarial Nets',
  paper: 'Goodfellow et al., "Generative Adversarial Nets", NIPS 2014',
  data: { kind: 'images', shapes: 'any' },
  model: z.strictObject({
    latentSize: z.int().min(1).default(100),
    generatorUnits: z.int().min(1).default(1200),
    discriminatorUnits: z.int().min(1).default(240),
    pieces: z.int().min(1).default(5),
  }),
  generator: gan2014Generator,
  discriminator: gan2014Discriminator,
  defaults: {
    latentDistribution: 'normal',
    loss: { kind: 'nonSaturating' },
    optimizers: {
      generator: { ...sgd, learningRate: 0.1 },
      discriminator: { ...sgd, learningRate: 0.05 },
    },
    batch: 100,
    duration: { epochs: 50 },
  },
});
