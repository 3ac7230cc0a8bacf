import { z } from 'zod';
import { vaeDecoder, vaeEncoder } from '../models/vae.js';
import { defineRecipe } from './recipe.js';

/** The prior of the weights, N(0, 1), is a decay of 1 / the number of training images: MNIST's here. */
const adagrad = { kind: 'adagrad', learningRate: 0.01, weightDecay: 1 / 60_000 } as const;

/** Section 5: batches of 100, one draw an image, Adagrad with a rate of 0.01, 0.02 or 0.1 by the first iterations. */
export const vae = defineRecipe({
  name: 'vae',
  title: 'Variational autoencoder',
  paper: 'Kingma, Welling, "Auto-Encoding Variational Bayes", ICLR 2014',
  data: { kind: 'images', shapes: 'any' },
  model: z.strictObject({
    latentSize: z.int().min(1).max(65536).default(20),
    units: z.int().min(1).max(65536).default(500),
  }),
  encoder: vaeEncoder,
  generator: vaeDecoder,
  defaults: {
    autoencoding: { kind: 'vae' },
    optimizers: { encoder: { ...adagrad }, generator: { ...adagrad } },
    batch: 100,
    duration: { epochs: 100 },
  },
});
