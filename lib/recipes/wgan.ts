import { dcgan } from './dcgan.js';
import { defineRecipe } from './recipe.js';

/** PyTorch's defaults but for the rate, as the official code. */
const rmsprop = { kind: 'rmsprop', learningRate: 5e-5 } as const;

/**
 * Settings of algorithm 1 and of the official code (martinarjovsky/WassersteinGAN), on DCGAN's networks, whose logit is the
 * critic's value.
 */
export const wgan = defineRecipe({
  ...dcgan,
  name: 'wgan',
  title: 'Wasserstein GAN',
  paper: 'Arjovsky, Chintala, Bottou, "Wasserstein GAN", ICML 2017',
  defaults: {
    loss: { kind: 'wasserstein' },
    weightClipping: 0.01,
    optimizers: { generator: { ...rmsprop }, discriminator: { ...rmsprop } },
    discriminatorSteps: 5,
    batch: 64,
    duration: { epochs: 25 },
  },
});
