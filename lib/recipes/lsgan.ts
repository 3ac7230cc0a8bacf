import { dcgan } from './dcgan.js';
import { defineRecipe } from './recipe.js';

/** Equation 9 (0 for generated, 1 for real, and 1 for G) on DCGAN's networks; the paper's rate for its smaller images. */
export const lsgan = defineRecipe({
  ...dcgan,
  name: 'lsgan',
  title: 'Least Squares GAN',
  paper: 'Mao et al., "Least Squares Generative Adversarial Networks", ICCV 2017',
  defaults: { ...dcgan.defaults, loss: { kind: 'leastSquares' }, batch: 64 },
});
