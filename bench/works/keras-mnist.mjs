import { ganode, keras, tfjs, torch, torchVariants } from '../lib/contenders.mjs';
import { speed } from '../lib/measures.mjs';
import { kerasMnistSetting } from './settings.mjs';

/** Images of TensorFlow.js' one step, whose time grows with them: tens of seconds even so. */
const few = 2;

export const kerasMnist = {
  title: 'Training, keras-mnist, batch 64 and 256',
  make: () => {
    const small = kerasMnistSetting(64);
    const large = kerasMnistSetting(256);
    return {
      measure: speed,
      contenders: () => ({
        'ganode fp32, 64': ganode(small),
        'ganode bf16, 64': ganode(small, { precision: 'bf16' }),
        'ganode fp32, simultaneous, 64': ganode(small, { update: 'simultaneous' }),
        'Keras tf.function, 64': keras(small),
        'Keras tf.function, simultaneous, 64': keras(small, { simultaneous: true }),
        'PyTorch, usual loop, 64': torch(small),
        'PyTorch, same tricks, 64': torch(small, torchVariants.tricks),
        'ganode fp32, 256': ganode(large),
        'Keras tf.function, 256': keras(large),
        [`TensorFlow.js (${few} images, once)`]: tfjs(small, { batch: few }),
      }),
      comparisons: [
        { of: 'ganode fp32, 64', against: 'Keras tf.function, 64', atLeast: 1.5 },
        { of: 'ganode fp32, 64', against: `TensorFlow.js (${few} images, once)`, atLeast: 500 },
        {
          of: 'ganode fp32, simultaneous, 64',
          against: 'Keras tf.function, simultaneous, 64',
        },
        { of: 'ganode fp32, 64', against: 'PyTorch, usual loop, 64' },
        { of: 'ganode fp32, 64', against: 'PyTorch, same tricks, 64' },
        { of: 'ganode fp32, 256', against: 'Keras tf.function, 256' },
      ],
    };
  },
};
