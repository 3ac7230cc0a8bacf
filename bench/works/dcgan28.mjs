import { setting } from '../lib/networks.mjs';
import { trainingWork } from './training.mjs';

export const dcgan28 = {
  title: 'Training, DCGAN 28×28, width 32',
  places: true,
  make: (place) => {
    const work = setting({ recipe: 'dcgan', model: { width: 32 }, ...place }, [1, 28, 28]);
    return trainingWork(work, [
      { of: 'ganode fp32', against: 'PyTorch, usual loop', atLeast: 1.5 },
      { of: 'ganode fp32', against: 'PyTorch, same tricks' },
      { of: 'ganode bf16', against: 'PyTorch, same tricks, bf16' },
      { of: 'ganode fp32', against: 'torch.compile, usual loop' },
    ]);
  },
};
