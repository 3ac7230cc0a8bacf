import { z } from 'zod';
import { bigganDeepDiscriminator, bigganDeepGenerator } from '../models/biggan-deep.js';
import { describeSizes } from '../models/doublings.js';
import { biggan, bigganModel } from './biggan.js';
import { defineRecipe } from './recipe.js';

/** The settings of `biggan`, as in the official code (launch_BigGAN_deep.sh). */
export const bigganDeep = defineRecipe({
  name: 'biggan-deep',
  title: 'BigGAN-deep',
  paper: biggan.paper,
  data: { kind: 'images', shapes: `${describeSizes()}, with labels` },
  model: z.strictObject({
    latentSize: z.int().min(1).max(65536).default(128),
    ...bigganModel,
    depth: z.int().min(1).max(16).default(2),
  }),
  conditional: true,
  generator: bigganDeepGenerator,
  discriminator: bigganDeepDiscriminator,
  defaults: biggan.defaults,
});
