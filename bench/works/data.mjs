import { trainer } from '../lib/contenders.mjs';
import { speed } from '../lib/measures.mjs';
import { makeFolder } from '../lib/picture-folder.mjs';
import { dcgan64Setting } from './settings.mjs';

/** Reports are the marks that a turn is timed between. */
const often = { reportEvery: 2 };

export const data = {
  title:
    'Training, DCGAN 64×64×3 from a folder of PNG files: decoded as it goes, against kept in memory',
  make: () => {
    const fp32 = dcgan64Setting(often);
    const bf16 = dcgan64Setting({ ...often, precision: 'bf16' });
    return {
      measure: speed,
      prepare: () => makeFolder({ count: 1024, size: 64 }),
      contenders: ({ folder }) => ({
        'streamed fp32': trainer(fp32, { folder, streamed: true }),
        'in memory fp32': trainer(fp32, { folder }),
        'streamed bf16': trainer(bf16, { folder, streamed: true }),
        'in memory bf16': trainer(bf16, { folder }),
      }),
      comparisons: [
        { of: 'streamed fp32', against: 'in memory fp32', atLeast: 0.97 },
        { of: 'streamed bf16', against: 'in memory bf16', atLeast: 0.97 },
      ],
    };
  },
};
