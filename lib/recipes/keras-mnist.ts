import { z } from 'zod';
import { kerasMnistDiscriminator, kerasMnistGenerator } from '../models/keras-mnist.js';
import { defineRecipe } from './recipe.js';

const adam = { kind: 'adam', learningRate: 1e-4, epsilon: 1e-7 } as const;

/**
 * The system of a widely copied kind of Keras tutorial, with its printed settings (Adam 1e-4, seed 42) and Keras' epsilon of 1e-7;
 * batches of 256 and 50 epochs are the TensorFlow tutorial's. It is known to collapse, from which `generatorNorm` keeps it: `docs/recipes.md`.
 */
export const kerasMnist = defineRecipe({
  name: 'keras-mnist',
  title: 'Networks of a widely copied Keras tutorial for MNIST',
  paper: 'TensorFlow tutorial "Deep Convolutional Generative Adversarial Network", in Keras',
  data: { kind: 'images', shapes: '1×28×28' },
  model: z.strictObject({
    latentSize: z.int().min(1).default(100),
    width: z.int().min(1).max(1024).default(64),
    generatorNorm: z.enum(['none', 'batch']).default('none'),
  }),
  generator: kerasMnistGenerator,
  discriminator: kerasMnistDiscriminator,
  defaults: {
    loss: { kind: 'nonSaturating' },
    optimizers: { generator: { ...adam }, discriminator: { ...adam } },
    batch: 256,
    seed: 42,
    duration: { epochs: 50 },
  },
});
