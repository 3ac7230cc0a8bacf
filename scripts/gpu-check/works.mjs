// What the check trains.
import { join } from 'node:path';
import { noise } from '../../bench/peers/serve.mjs';
import { ArrayDataset, openDataset } from '../../dist/index.js';
import { projectDir } from '../paths.mjs';
import { device, isTrial } from './results.mjs';

/** Real networks fill a GPU; a trial on the CPU shall take seconds. */
const model = (width) => ({ model: { width: isTrial ? 8 : width } });

/** Recipes that differ in what their steps do: batch norm; second derivatives; noise, lazy penalties, averaged weights. */
export const trainings = [
  { name: 'dcgan', side: 28, ...model(32) },
  { name: 'wgan-gp', side: 32, ...model(64) },
  { name: 'stylegan2', side: 32, ...model(32) },
].map(({ name, side, model }) => ({
  name,
  image: { channels: 1, height: side, width: side },
  config: { recipe: name, model, batch: isTrial ? 8 : 64, device },
}));

/** Steps of a training. */
export const steps = Number(process.env.GANODE_CHECK_STEPS ?? (isTrial ? 20 : 200));

/** Works whose speed is measured: small networks, of which a step is all launching of kernels, and larger ones. */
export const speeds = [
  { name: 'DCGAN 28×28', shape: [1, 28, 28], config: { recipe: 'dcgan', ...model(32) } },
  { name: 'DCGAN 64×64', shape: [3, 64, 64], config: { recipe: 'dcgan', ...model(64) } },
  { name: 'WGAN-GP 32×32', shape: [3, 32, 32], config: { recipe: 'wgan-gp', ...model(64) } },
  { name: 'StyleGAN2 64×64', shape: [3, 64, 64], config: { recipe: 'stylegan2', ...model(32) } },
];

/** A training's run directory, outside of what comes back. */
export const runDirectory = (name) => join(projectDir, 'runs', 'gpu-check', name);

/** MNIST in a size, or noise where it was not packed. */
export async function openImages(image) {
  try {
    return await openDataset('mnist', { image });
  } catch (error) {
    if (error.code !== 'INVALID_DATA') throw error;
    console.log(`noise in place of MNIST (${error.message})`);
    const count = 4096;
    const images = noise(count * image.channels * image.height * image.width);
    return new ArrayDataset({ name: 'noise', images, shape: image });
  }
}
