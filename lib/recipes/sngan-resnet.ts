import { z } from 'zod';
import { snganResnetDiscriminator, snganResnetGenerator } from '../models/sngan-resnet.js';
import { defineRecipe } from './recipe.js';
import { sngan } from './sngan.js';

/** 50,000 updates of G, the official number, are 16 million real images. */
const learningRate = { schedule: 'linear', from: 2e-4, to: 0, images: 16_000_000 } as const;
const adam = () => ({ kind: 'adam', learningRate, betas: [0, 0.9] as [number, number] }) as const;

/** Settings of the authors' code for CIFAR-10 (pfnet-research/sngan_projection, sn_cifar10_unconditional.yml), on narrower networks. */
export const snganResnet = defineRecipe({
  ...sngan,
  name: 'sngan-resnet',
  title: 'Spectral normalization GAN, residual',
  model: z.strictObject({
    latentSize: z.int().min(1).default(128),
    width: z.int().min(1).max(1024).default(16),
  }),
  generator: snganResnetGenerator,
  discriminator: snganResnetDiscriminator,
  defaults: {
    loss: { kind: 'hinge' },
    optimizers: { generator: adam(), discriminator: adam() },
    discriminatorSteps: 5,
    batch: 64,
    duration: { epochs: 50 },
  },
});
