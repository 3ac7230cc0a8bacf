import { z } from 'zod';
import { aaeDecoder, aaeDiscriminator, aaeEncoder } from '../models/aae.js';
import { defineRecipe } from './recipe.js';

const adam = () =>
  ({ kind: 'adam', learningRate: 2e-4, betas: [0.5, 0.999] as [number, number] }) as const;

/** Networks of appendix A.1; what differs is listed in `docs/recipes.md`. */
export const aae = defineRecipe({
  name: 'aae',
  title: 'Adversarial autoencoder',
  paper: 'Makhzani, Shlens, Jaitly, Goodfellow, Frey, "Adversarial Autoencoders", 2016',
  data: { kind: 'images', shapes: 'any' },
  model: z.strictObject({
    latentSize: z.int().min(1).max(65536).default(8),
    units: z.int().min(1).max(65536).default(1000),
    posterior: z.enum(['deterministic', 'gaussian']).default('deterministic'),
  }),
  encoder: aaeEncoder,
  generator: aaeDecoder,
  discriminator: aaeDiscriminator,
  defaults: {
    autoencoding: { kind: 'aae' },
    loss: { kind: 'nonSaturating' },
    optimizers: { encoder: adam(), generator: adam(), discriminator: adam() },
    batch: 100,
    duration: { epochs: 100 },
  },
});
