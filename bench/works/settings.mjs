// Settings that several works share.
import { setting } from '../lib/networks.mjs';

/** The official PyTorch example's networks and batch, at 64×64×3. */
export const dcgan64Setting = (over = {}) =>
  setting({ recipe: 'dcgan', batch: 64, model: { width: 64 }, ...over }, [3, 64, 64]);

export const kerasMnistSetting = (batch) => setting({ recipe: 'keras-mnist', batch }, [1, 28, 28]);
