import { z } from 'zod';
import { avbDecoder, avbDiscriminator, avbEncoder } from '../models/avb.js';
import { defineRecipe } from './recipe.js';

const adam = (learningRate: number) =>
  ({ kind: 'adam', learningRate, betas: [0.5, 0.999] as [number, number] }) as const;

const size = z.int().min(1).max(65536);

/** Settings of the authors' code for MNIST with 8 latent numbers (`experiments/avb_mnist_8`), on dense networks. */
export const avb = defineRecipe({
  name: 'avb',
  title: 'Adversarial variational Bayes',
  paper:
    'Mescheder, Nowozin, Geiger, "Adversarial Variational Bayes: Unifying Variational Autoencoders and Generative Adversarial Networks", ICML 2017',
  data: { kind: 'images', shapes: 'any' },
  model: z.strictObject({
    latentSize: size.default(8),
    noiseSize: size.default(16),
    units: size.default(300),
    decoderUnits: size.default(768),
    discriminatorUnits: size.default(512),
  }),
  encoder: avbEncoder,
  generator: avbDecoder,
  discriminator: avbDiscriminator,
  defaults: {
    autoencoding: { kind: 'avb' },
    optimizers: { encoder: adam(1e-4), generator: adam(1e-4), discriminator: adam(2e-4) },
    batch: 64,
    duration: { epochs: 100 },
  },
});
