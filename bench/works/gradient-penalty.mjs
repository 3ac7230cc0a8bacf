import { setting } from '../lib/networks.mjs';
import { trainingWork } from './training.mjs';

/** Second order: D's loss has the gradient of D by its input, so its backward pass goes through a backward pass. */
export const gradientPenalty = {
  title: 'Training, WGAN-GP 32×32×3, width 64, five D-updates a step',
  places: true,
  make: (place) => {
    const work = setting({ recipe: 'wgan-gp', model: { width: 64 }, ...place }, [3, 32, 32]);
    return trainingWork(work, [
      { of: 'ganode fp32', against: 'PyTorch, usual loop' },
      { of: 'ganode fp32', against: 'PyTorch, same tricks' },
      { of: 'ganode bf16', against: 'PyTorch, same tricks, bf16' },
    ]);
  },
};
