import { setting } from '../lib/networks.mjs';
import { trainingWork } from './training.mjs';

/** R1 every 16 steps, path length every 4, averaged weights: what a step costs is a mean over these. Too slow for a CPU's usual run. */
export const stylegan2 = {
  title: 'Training, StyleGAN2 64×64×3, width 32, as the recipe has it',
  places: true,
  named: true,
  make: (place) => {
    const work = setting({ recipe: 'stylegan2', model: { width: 32 }, ...place }, [3, 64, 64]);
    return trainingWork(work, [
      { of: 'ganode fp32', against: 'PyTorch, usual loop' },
      { of: 'ganode fp32', against: 'PyTorch, same tricks' },
      { of: 'ganode bf16', against: 'PyTorch, same tricks, bf16' },
    ]);
  },
};
