import { z } from 'zod';
import { describeSizes } from '../models/doublings.js';
import { vaeGanDecoder, vaeGanDiscriminator, vaeGanEncoder } from '../models/vae-gan.js';
import { defineRecipe } from './recipe.js';

const rmsprop = () => ({ kind: 'rmsprop', learningRate: 3e-4, alpha: 0.9 }) as const;

/** Section 4: RMSProp with a rate of 0.0003, batches of 64; `gamma` is that of the authors' code for CelebA. */
export const vaeGan = defineRecipe({
  name: 'vae-gan',
  title: 'VAE/GAN',
  paper:
    'Larsen, Sønderby, Larochelle, Winther, "Autoencoding beyond pixels using a learned similarity metric", ICML 2016',
  data: { kind: 'images', shapes: describeSizes() },
  model: z.strictObject({
    latentSize: z.int().min(1).max(65536).default(128),
    width: z.int().min(1).max(1024).default(64),
    kernel: z.union([z.literal(4), z.literal(5)]).default(5),
  }),
  encoder: vaeGanEncoder,
  generator: vaeGanDecoder,
  discriminator: vaeGanDiscriminator,
  defaults: {
    autoencoding: { kind: 'vaeGan', likelihood: { kind: 'gaussian', deviation: 1 }, gamma: 1e-5 },
    loss: { kind: 'nonSaturating' },
    optimizers: { encoder: rmsprop(), generator: rmsprop(), discriminator: rmsprop() },
    batch: 64,
    duration: { epochs: 25 },
  },
});
