import { z } from 'zod';
import { dcganDiscriminator, dcganGenerator } from '../models/dcgan.js';
import { describeSizes } from '../models/doublings.js';
import { defineRecipe } from './recipe.js';

const adam = { kind: 'adam', learningRate: 2e-4, betas: [0.5, 0.999] as [number, number] } as const;

/** The paper's settings, batches of 128 among them; 25 epochs are PyTorch's official example's. */
export const dcgan = defineRecipe({
  name: 'dcgan',
  title: 'DCGAN',
  paper:
    'Radford, Metz, Chintala, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks", ICLR 2016',
  data: { kind: 'images', shapes: describeSizes() },
  model: z.strictObject({
    latentSize: z.int().min(1).default(100),
    width: z.int().min(1).max(1024).default(64),
    discriminatorNorm: z.enum(['batch', 'none']).default('batch'),
    generatorNorm: z.enum(['batch', 'none']).default('batch'),
  }),
  generator: dcganGenerator,
  discriminator: dcganDiscriminator,
  defaults: {
    loss: { kind: 'nonSaturating' },
    optimizers: { generator: { ...adam }, discriminator: { ...adam } },
    batch: 128,
    duration: { epochs: 25 },
  },
});
