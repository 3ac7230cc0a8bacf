import { z } from 'zod';
import { bigganDiscriminator, bigganGenerator } from '../models/biggan.js';
import { describeSizes } from '../models/doublings.js';
import { defineRecipe } from './recipe.js';

/** What the networks of both BigGANs are built from. */
export const bigganModel = {
  embeddingSize: z.int().min(1).max(65536).default(128),
  width: z.int().min(1).max(1024).default(16),
  attention: z.array(z.int().min(1)).nullable().default(null),
};

const adam = (learningRate: number) =>
  ({ kind: 'adam', learningRate, betas: [0, 0.999] as [number, number], epsilon: 1e-6 }) as const;

/**
 * Settings of the official script launch_BigGAN_bs256x8.sh and the paper's orthogonal regularization, on narrower networks, with
 * smaller batches and a faster average, so that it trains on a processor.
 */
export const biggan = defineRecipe({
  name: 'biggan',
  title: 'BigGAN',
  paper:
    'Brock, Donahue, Simonyan, "Large Scale GAN Training for High Fidelity Natural Image Synthesis", ICLR 2019',
  data: { kind: 'images', shapes: `${describeSizes()}, with labels` },
  model: z.strictObject({
    latentSize: z.int().min(1).max(65536).default(120),
    ...bigganModel,
  }),
  conditional: true,
  generator: bigganGenerator,
  discriminator: bigganDiscriminator,
  defaults: {
    loss: { kind: 'hinge' },
    penalties: [{ kind: 'orthogonal', weight: 1e-4, network: 'generator' }],
    optimizers: { generator: adam(1e-4), discriminator: adam(4e-4) },
    ema: { halfLife: 50_000, rampUp: 0.05 },
    batch: 64,
    duration: { epochs: 50 },
  },
});
