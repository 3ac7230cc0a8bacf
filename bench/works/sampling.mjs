import { ganode, torch, torchVariants } from '../lib/contenders.mjs';
import { speed } from '../lib/measures.mjs';
import { dcgan64Setting } from './settings.mjs';

/** A step is a batch of 64; 10,000 images are as many of them. */
export const sampling = {
  title: 'Sampling, DCGAN 64×64×3, width 64, batches of 64, to bytes',
  make: () => {
    const work = dcgan64Setting();
    const mode = { mode: 'sample' };
    return {
      measure: speed,
      contenders: () => ({
        'ganode fp32': ganode(work, {}, mode),
        'ganode bf16': ganode(work, { precision: 'bf16' }, mode),
        'PyTorch no_grad, contiguous': torch(work, torchVariants.usual, 'sample'),
        'PyTorch no_grad, channels_last': torch(work, torchVariants.tricks, 'sample'),
        'PyTorch no_grad, channels_last, bf16': torch(work, torchVariants.tricksBf16, 'sample'),
      }),
      comparisons: [
        { of: 'ganode bf16', against: 'PyTorch no_grad, contiguous', atLeast: 2.5 },
        { of: 'ganode fp32', against: 'PyTorch no_grad, contiguous' },
        { of: 'ganode fp32', against: 'PyTorch no_grad, channels_last' },
        { of: 'ganode bf16', against: 'PyTorch no_grad, channels_last, bf16' },
      ],
    };
  },
};
