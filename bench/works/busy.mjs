import { takenBeside } from '../lib/beside.mjs';
import { ganode, torch } from '../lib/contenders.mjs';
import { speed } from '../lib/measures.mjs';
import { setting } from '../lib/networks.mjs';

/**
 * The machine's cores are shared, as those of most machines are. Beside other work a parallel region waits for a thread that
 * has no processor; here is what that costs.
 */
export const busy = {
  title: 'Training beside other work, DCGAN 28×28, width 32, batch 64',
  make: () => {
    const work = setting({ recipe: 'dcgan', batch: 64, model: { width: 32 } }, [1, 28, 28]);
    const ours = (beside) => ({ ...ganode(work), beside });
    const one = (beside) => ({ ...ganode(work, { threads: 1 }), beside });
    const libgomp = (beside) => ({ ...ganode(work), env: { GANODE_OPENMP: 'libgomp' }, beside });
    const peer = (beside) => ({ ...torch(work), beside });
    return {
      measure: takenBeside(speed),
      contenders: () => ({
        'ganode, quiet': ours('nothing'),
        'ganode on libgomp, quiet': libgomp('nothing'),
        'ganode with one thread, quiet': one('nothing'),
        'PyTorch, usual loop, quiet': peer('nothing'),
        'ganode, beside short processes': ours('short'),
        'ganode on libgomp, beside short processes': libgomp('short'),
        'ganode with one thread, beside short processes': one('short'),
        'PyTorch, usual loop, beside short processes': peer('short'),
        'ganode, beside endless ones': ours('endless'),
        'ganode on libgomp, beside endless ones': libgomp('endless'),
        'ganode with one thread, beside endless ones': one('endless'),
        'PyTorch, usual loop, beside endless ones': peer('endless'),
      }),
      comparisons: [
        { of: 'ganode, quiet', against: 'ganode on libgomp, quiet', atLeast: 0.97 },
        {
          of: 'ganode, beside short processes',
          against: 'PyTorch, usual loop, beside short processes',
          atLeast: 3,
        },
        { of: 'ganode, beside short processes', against: 'ganode, quiet', atLeast: 0.45 },
        {
          of: 'ganode, beside endless ones',
          against: 'PyTorch, usual loop, beside endless ones',
          atLeast: 2,
        },
      ],
    };
  },
};
