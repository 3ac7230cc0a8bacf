import { ganode } from '../lib/contenders.mjs';
import { speed } from '../lib/measures.mjs';
import { without } from '../lib/networks.mjs';
import { dcgan64Setting } from './settings.mjs';

/** Batch norm in D would mix the samples of a pass: real and fake images could not share one. */
export const oneStage = {
  title: 'One-stage update, DCGAN 64×64×3 without batch norm in D, batch 64',
  make: () => {
    const { generator, discriminator } = dcgan64Setting().recipe.models;
    const work = dcgan64Setting({
      models: { generator, discriminator: without('batchNorm', discriminator) },
    });
    return {
      measure: speed,
      contenders: () => ({
        'alternating fp32': ganode(work),
        'simultaneous fp32': ganode(work, { update: 'simultaneous' }),
        'alternating bf16': ganode(work, { precision: 'bf16' }),
        'simultaneous bf16': ganode(work, { precision: 'bf16', update: 'simultaneous' }),
      }),
      comparisons: [
        { of: 'simultaneous fp32', against: 'alternating fp32', atLeast: 1.2 },
        { of: 'simultaneous bf16', against: 'alternating bf16' },
      ],
    };
  },
};
