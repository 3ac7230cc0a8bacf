import { ganode, torch, torchVariants } from '../lib/contenders.mjs';
import { speed } from '../lib/measures.mjs';
import { setting } from '../lib/networks.mjs';

export const dcgan28 = {
  title: 'Training, DCGAN 28×28, width 32, batch 64',
  make: () => {
    const work = setting({ recipe: 'dcgan', batch: 64, model: { width: 32 } }, [1, 28, 28]);
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
        { of: 'ganode fp32', against: 'PyTorch, usual loop', atLeast: 1.5 },
        { of: 'ganode fp32', against: 'PyTorch, same tricks' },
        { of: 'ganode bf16', against: 'PyTorch, same tricks, bf16' },
        { of: 'ganode fp32', against: 'torch.compile, usual loop' },
      ],
    };
  },
};
