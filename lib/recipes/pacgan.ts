import { dcgan } from './dcgan.js';
import { defineRecipe } from './recipe.js';

/**
 * PacDCGAN2: DCGAN whose D sees two images at once. Settings of the official code's stacked MNIST
 * (fjxmlzn/PacGAN, VEEGAN_experiment): 64 packs, uniform latents, and two G-updates a step.
 */
export const pacgan = defineRecipe({
  ...dcgan,
  name: 'pacgan',
  title: 'PacGAN',
  paper:
    'Lin, Khetan, Fanti, Oh, "PacGAN: The power of two samples in generative adversarial networks", NeurIPS 2018',
  defaults: {
    ...dcgan.defaults,
    packing: 2,
    latentDistribution: 'uniform',
    generatorSteps: 2,
    batch: 128,
    duration: { epochs: 50 },
  },
});
