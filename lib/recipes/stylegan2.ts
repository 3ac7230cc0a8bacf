import { z } from 'zod';
import { describeSizes } from '../models/doublings.js';
import { stylegan2Discriminator, stylegan2Generator } from '../models/stylegan2.js';
import { defineRecipe } from './recipe.js';

const adam = () =>
  ({ kind: 'adam', learningRate: 2.5e-3, betas: [0, 0.99] as [number, number] }) as const;
const size = z.int().min(1).max(65536);
const channels = z.int().min(1).max(4096);

/**
 * Settings of the official PyTorch code (NVlabs/stylegan2-ada-pytorch, train.py), on narrower networks with two layers from z to w,
 * as its configuration `auto`, so that it trains on a processor.
 */
export const stylegan2 = defineRecipe({
  name: 'stylegan2',
  title: 'StyleGAN2',
  paper: 'Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", CVPR 2020',
  data: { kind: 'images', shapes: describeSizes() },
  model: z.strictObject({
    latentSize: size.default(128),
    styleSize: size.default(128),
    mappingLayers: z.int().min(1).max(64).default(2),
    mixing: z.number().min(0).max(1).default(0.9),
    width: channels.default(32),
    maxWidth: channels.default(128),
  }),
  generator: stylegan2Generator,
  discriminator: stylegan2Discriminator,
  defaults: {
    loss: { kind: 'nonSaturating' },
    penalties: [
      { kind: 'r1', weight: 1, interval: 16 },
      { kind: 'pathLength', weight: 2, interval: 4 },
    ],
    optimizers: { generator: adam(), discriminator: adam() },
    ema: { halfLife: 10_000, rampUp: 0.05 },
    batch: 32,
    duration: { images: 2_000_000 },
  },
});
