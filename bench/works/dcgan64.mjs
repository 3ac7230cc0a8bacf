import { ganode, torch, torchVariants } from '../lib/contenders.mjs';
import { speed } from '../lib/measures.mjs';
import { dcgan64Setting } from './settings.mjs';

export const dcgan64 = {
  title: 'Training, DCGAN 64×64×3, width 64, batch 64',
  make: () => {
    const work = dcgan64Setting();
    return {
      measure: speed,
      contenders: () => ({
        'ganode fp32': ganode(work),
        'ganode bf16': ganode(work, { precision: 'bf16' }),
        'PyTorch, usual loop': torch(work),
        'PyTorch, same tricks': torch(work, torchVariants.tricks),
        'PyTorch, same tricks, bf16': torch(work, torchVariants.tricksBf16),
        'torch.compile, usual loop': torch(work, torchVariants.compiled),
      }),
      comparisons: [
        { of: 'ganode fp32', against: 'PyTorch, usual loop', atLeast: 1.35 },
        { of: 'ganode bf16', against: 'PyTorch, usual loop', atLeast: 2.5 },
        { of: 'ganode fp32', against: 'PyTorch, same tricks', atLeast: 1.05 },
        { of: 'ganode bf16', against: 'PyTorch, same tricks, bf16', atLeast: 1.05 },
        { of: 'ganode fp32', against: 'torch.compile, usual loop' },
      ],
    };
  },
};
