import { ganode, torch, torchVariants } from '../lib/contenders.mjs';
import { rate } from '../lib/measures.mjs';
import { stepMultiplyAdds, stepPasses } from '../lib/multiply-adds.mjs';
import { dcgan64Setting } from './settings.mjs';

/**
 * The step's multiply-adds a second, against those of the same convolutions alone (each the best that the machine showed, in
 * either memory format), and of a large matrix product.
 */
export const limit = {
  title: "Share of the machine's limit, DCGAN 64×64×3, batch 64",
  make: () => {
    const work = dcgan64Setting();
    const multiplyAddsPerImage = stepMultiplyAdds(work);
    const alone = { ...work, passes: stepPasses(work) };
    const step = (contender) => ({ ...contender, multiplyAddsPerImage });
    const { usual, tricksBf16 } = torchVariants;
    return {
      measure: rate,
      contenders: () => ({
        'ganode fp32': step(ganode(work)),
        'its convolutions, fp32': step(torch(alone, usual, 'convolutions')),
        'matrix product, fp32': torch(work, usual, 'product'),
        'ganode bf16': step(ganode(work, { precision: 'bf16' })),
        'its convolutions, bf16': step(torch(alone, tricksBf16, 'convolutions')),
        'matrix product, bf16': torch(work, tricksBf16, 'product'),
      }),
      comparisons: [
        { of: 'ganode fp32', against: 'its convolutions, fp32', atLeast: 0.8 },
        { of: 'ganode bf16', against: 'its convolutions, bf16', atLeast: 0.8 },
        { of: 'ganode fp32', against: 'matrix product, fp32' },
        { of: 'ganode bf16', against: 'matrix product, bf16' },
      ],
    };
  },
};
