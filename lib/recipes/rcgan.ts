import { z } from 'zod';
import { rcganDiscriminator, rcganGenerator } from '../models/rcgan.js';
import { defineRecipe } from './recipe.js';

const units = z.int().min(1).max(65536);

/** Settings of the authors' code for MNIST as sequences of rows (ratschlab/RGAN, experiments/settings/mnistfull.txt). */
export const rcgan = defineRecipe({
  name: 'rcgan',
  title: 'Recurrent (conditional) GAN',
  paper:
    'Esteban, Hyland, Rätsch, "Real-valued (Medical) Time Series Generation with Recurrent Conditional GANs", 2017',
  data: { kind: 'sequences', shapes: '1×steps×features' },
  model: z.strictObject({
    latentSize: z.int().min(1).max(65536).default(5),
    generatorUnits: units.default(100),
    discriminatorUnits: units.default(100),
    layers: z.int().min(1).max(16).default(1),
    dropout: z.number().min(0).lt(1).default(0),
    cell: z.enum(['lstm', 'gru']).default('lstm'),
    bidirectional: z.boolean().default(false),
    output: z.enum(['tanh', 'linear']).default('tanh'),
  }),
  generator: rcganGenerator,
  discriminator: rcganDiscriminator,
  defaults: {
    loss: { kind: 'nonSaturating' },
    optimizers: {
      generator: { kind: 'adam', learningRate: 1e-3 },
      discriminator: { kind: 'sgd', learningRate: 0.1 },
    },
    batch: 28,
    duration: { epochs: 500 },
  },
});
