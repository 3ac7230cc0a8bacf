import { z } from 'zod';
import { invalid } from '../errors.js';
import { kerasMnistDiscriminator, kerasMnistGenerator } from '../models/keras-mnist.js';
import { defineRecipe } from './recipe.js';

const adam = { kind: 'adam', learningRate: 1e-4, epsilon: 1e-7 } as const;

/** The article's system with its printed settings, and Keras' epsilon. It is known to collapse. */
export const kerasMnist = defineRecipe({
  name: 'keras-mnist',
  title: "The seed article's Keras system for MNIST",
  paper: 'TensorFlow tutorial "Deep Convolutional Generative Adversarial Network", in Keras',
  model: z.strictObject({ latentSize: z.int().min(1).default(100) }),
  build(image, options) {
    if (image.channels !== 1 || image.height !== 28 || image.width !== 28) {
      const got = `${image.channels}×${image.height}×${image.width}`;
      throw invalid('image', '1×28×28 for keras-mnist', got);
    }
    return { generator: kerasMnistGenerator(options), discriminator: kerasMnistDiscriminator() };
  },
  defaults: {
    loss: { kind: 'nonSaturating' },
    optimizers: { generator: { ...adam }, discriminator: { ...adam } },
    batch: 256,
    seed: 42,
    duration: { epochs: 50 },
  },
});
