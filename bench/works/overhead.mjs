import { trainer } from '../lib/contenders.mjs';
import { share } from '../lib/measures.mjs';
import { dcgan64Setting, kerasMnistSetting } from './settings.mjs';

/**
 * What JavaScript and N-API take of a training through `Trainer`: the time that the native thread had nothing to do, and the
 * processor's time on JavaScript's own thread, which passes beside the native one's where there is a core for it.
 */
export const overhead = {
  title: 'Share of JavaScript and N-API in training through Trainer',
  make: () => {
    const large = dcgan64Setting({ reportEvery: 2 });
    const small = kerasMnistSetting(64);
    const waiting = { value: ({ waitedSeconds, seconds }) => (100 * waitedSeconds) / seconds };
    const processor = {
      value: ({ mainThreadSeconds, processSeconds }) => (100 * mainThreadSeconds) / processSeconds,
    };
    return {
      measure: share,
      contenders: () => ({
        'DCGAN 64×64: native thread waits': trainer(large, waiting),
        "DCGAN 64×64: JavaScript's processor time": trainer(large, processor),
        'keras-mnist, 64: native thread waits': trainer(small, waiting),
        "keras-mnist, 64: JavaScript's processor time": trainer(small, processor),
      }),
      comparisons: [
        { of: 'DCGAN 64×64: native thread waits', atMost: 1 },
        { of: "DCGAN 64×64: JavaScript's processor time", atMost: 1 },
        { of: 'keras-mnist, 64: native thread waits', atMost: 1 },
        { of: "keras-mnist, 64: JavaScript's processor time", atMost: 1 },
      ],
    };
  },
};
