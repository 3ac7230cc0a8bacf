import { z } from 'zod';
import { wganGpResnetCritic, wganGpResnetGenerator } from '../models/wgan-gp-resnet.js';
import { defineRecipe } from './recipe.js';
import { wganGp } from './wgan-gp.js';

/** 100,000 updates of G, the official number, are 32 million real images. */
const learningRate = { schedule: 'linear', from: 2e-4, to: 0, images: 32_000_000 } as const;
const adam = () => ({ kind: 'adam', learningRate, betas: [0, 0.9] as [number, number] }) as const;

/** Settings of the official code for CIFAR-10 (igul222/improved_wgan_training, gan_cifar_resnet.py), on narrower networks. */
export const wganGpResnet = defineRecipe({
  ...wganGp,
  name: 'wgan-gp-resnet',
  title: 'Wasserstein GAN with gradient penalty, residual',
  model: z.strictObject({
    latentSize: z.int().min(1).default(128),
    width: z.int().min(1).max(1024).default(16),
  }),
  generator: wganGpResnetGenerator,
  discriminator: wganGpResnetCritic,
  defaults: {
    ...wganGp.defaults,
    optimizers: { generator: adam(), discriminator: adam() },
  },
});
