import { ganode, torch, torchVariants } from '../lib/contenders.mjs';
import { speed } from '../lib/measures.mjs';
import { setting } from '../lib/networks.mjs';

/** Second order: D's loss has the gradient of D by its input, so its backward pass goes through a backward pass. */
export const gradientPenalty = {
  title: 'Training, WGAN-GP 32×32×3, width 64, batch 64, five D-updates a step',
  make: () => {
    const work = setting({ recipe: 'wgan-gp', batch: 64, model: { width: 64 } }, [3, 32, 32]);
    return {
      measure: speed,
      contenders: () => ({
        'ganode fp32': ganode(work),
        'ganode bf16': ganode(work, { precision: 'bf16' }),
        'PyTorch, usual loop': torch(work),
        'PyTorch, same tricks': torch(work, torchVariants.tricks),
        'PyTorch, same tricks, bf16': torch(work, torchVariants.tricksBf16),
      }),
      comparisons: [
        { of: 'ganode fp32', against: 'PyTorch, usual loop' },
        { of: 'ganode fp32', against: 'PyTorch, same tricks' },
        { of: 'ganode bf16', against: 'PyTorch, same tricks, bf16' },
      ],
    };
  },
};
