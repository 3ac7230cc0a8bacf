import { dcgan64Setting } from './settings.mjs';
import { trainingWork } from './training.mjs';

export const dcgan64 = {
  title: 'Training, DCGAN 64×64×3, width 64',
  places: true,
  make: (place) =>
    trainingWork(dcgan64Setting(place), [
      { of: 'ganode fp32', against: 'PyTorch, usual loop', atLeast: 1.35 },
      { of: 'ganode bf16', against: 'PyTorch, usual loop', atLeast: 2.5 },
      { of: 'ganode fp32', against: 'PyTorch, same tricks', atLeast: 1.05 },
      { of: 'ganode bf16', against: 'PyTorch, same tricks, bf16', atLeast: 1.05 },
      { of: 'ganode fp32', against: 'torch.compile, usual loop' },
    ]),
};
