import { z } from 'zod';
import { dcganDiscriminator } from '../models/dcgan.js';
import { describeSizes } from '../models/doublings.js';
import { meganGenerator } from '../models/megan.js';
import { defineRecipe } from './recipe.js';
import { scheduled } from './scheduled.js';

const adam = { kind: 'adam', learningRate: 2e-4, betas: [0.5, 0.999] as [number, number] } as const;
const temperature = z.number().min(1e-3).max(1e3);

/** DCGAN's discriminator and settings; what else there is is said in `docs/recipes.md`. */
export const megan = defineRecipe({
  name: 'megan',
  title: 'Mixture of experts GAN',
  paper:
    'Park, Yoo, Bahng, Choo, Park, "MEGAN: Mixture of Experts of Generative Adversarial Networks for Multimodal Image Generation", IJCAI 2018',
  data: { kind: 'images', shapes: describeSizes() },
  model: z.strictObject({
    latentSize: z.int().min(1).default(100),
    experts: z.int().min(1).max(256).default(5),
    width: z.int().min(1).max(1024).default(16),
    discriminatorWidth: z.int().min(1).max(1024).default(64),
    gateUnits: z.int().min(1).max(65536).default(128),
    temperature: scheduled(temperature).default({
      schedule: 'linear',
      from: 1,
      to: 0.5,
      images: 500_000,
      start: 0,
    }),
  }),
  generator: meganGenerator,
  discriminator: (image, { latentSize, discriminatorWidth: width }) =>
    dcganDiscriminator(image, { latentSize, width }, 0),
  defaults: {
    loss: { kind: 'nonSaturating' },
    penalties: [{ kind: 'loadBalance', weight: 10 }],
    optimizers: { generator: { ...adam }, discriminator: { ...adam } },
    batch: 64,
    duration: { epochs: 25 },
  },
});
