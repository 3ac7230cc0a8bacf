import { GanodeError, showValue } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { aae } from './aae.js';
import { acgan } from './acgan.js';
import { avb } from './avb.js';
import { biggan } from './biggan.js';
import { bigganDeep } from './biggan-deep.js';
import { cgan } from './cgan.js';
import { dcgan } from './dcgan.js';
import { gan2014 } from './gan-2014.js';
import { kerasMnist } from './keras-mnist.js';
import { lsgan } from './lsgan.js';
import { megan } from './megan.js';
import { mgan } from './mgan.js';
import { pacgan } from './pacgan.js';
import { progan } from './progan.js';
import { r3gan } from './r3gan.js';
import { rcgan } from './rcgan.js';
import type { RecipeDefinition } from './recipe.js';
import { sngan } from './sngan.js';
import { snganResnet } from './sngan-resnet.js';
import { stylegan2 } from './stylegan2.js';
import { vae } from './vae.js';
import { vaeGan } from './vae-gan.js';
import { wgan } from './wgan.js';
import { wganGp } from './wgan-gp.js';
import { wganGpResnet } from './wgan-gp-resnet.js';

/** Every recipe that `--recipe` takes. */
export const recipes: readonly RecipeDefinition[] = [
  dcgan,
  gan2014,
  kerasMnist,
  wgan,
  wganGp,
  lsgan,
  sngan,
  pacgan,
  cgan,
  acgan,
  r3gan,
  wganGpResnet,
  snganResnet,
  biggan,
  bigganDeep,
  progan,
  stylegan2,
  rcgan,
  mgan,
  megan,
  vae,
  vaeGan,
  aae,
  avb,
] as unknown as readonly RecipeDefinition[];

/** Throws `GanodeError` with code `INVALID_OPTION` that names the nearest one. */
export function findRecipe(name: string): RecipeDefinition {
  const found = recipes.find((recipe) => recipe.name === name);
  if (found) return found;
  const names = recipes.map((recipe) => recipe.name);
  throw new GanodeError(
    'INVALID_OPTION',
    `Unknown recipe ${showValue(name)}${didYouMean(name, names) || `; there are ${names.join(', ')}`}`,
  );
}
