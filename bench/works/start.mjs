import { ganode, torch, torchVariants } from '../lib/contenders.mjs';
import { startUp } from '../lib/measures.mjs';
import { dcgan64Setting } from './settings.mjs';

export const start = {
  title: 'From the start of the process to the end of the first step, DCGAN 64×64×3, batch 64',
  make: () => {
    const work = dcgan64Setting();
    return {
      measure: startUp,
      contenders: () => ({
        'ganode fp32': ganode(work),
        'PyTorch, usual loop': torch(work),
        'PyTorch, same tricks': torch(work, torchVariants.tricks),
      }),
      comparisons: [
        { of: 'ganode fp32', against: 'PyTorch, usual loop' },
        { of: 'ganode fp32', against: 'PyTorch, same tricks' },
      ],
    };
  },
};
