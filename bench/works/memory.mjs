import { ganode, torch, torchVariants } from '../lib/contenders.mjs';
import { peakMemory } from '../lib/measures.mjs';
import { dcgan64Setting } from './settings.mjs';

export const memory = {
  title: 'Peak memory of a process that trains DCGAN 64×64×3, batch 64, four steps',
  make: () => {
    const work = dcgan64Setting();
    return {
      measure: peakMemory(4),
      contenders: () => ({
        'ganode fp32': ganode(work),
        'ganode bf16': ganode(work, { precision: 'bf16' }),
        'PyTorch, usual loop': torch(work),
        'PyTorch, same tricks': torch(work, torchVariants.tricks),
      }),
      comparisons: [
        { of: 'ganode fp32', against: 'PyTorch, usual loop', atMost: 0.9 },
        { of: 'ganode fp32', against: 'PyTorch, same tricks' },
        { of: 'ganode bf16', against: 'PyTorch, usual loop' },
      ],
    };
  },
};
