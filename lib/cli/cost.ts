import type { Recipe } from '../recipes/schema.js';

/**
 * Passes through each network in one step of an autoencoder: a forward pass, the gradient of the inputs and that of the weights
 * are one each.
 *
 * - `vae`: 3 of both networks.
 * - `vaeGan`: G forward and backward on reconstructions and on fakes, and once more for the gradient that goes on into the encoder; D
 *   forward and backward on real images, reconstructions and fakes, then for the gradients of fakes and reconstructions, and once
 *   more of reconstructions for the encoder.
 * - `aae`: 3 of both for the reconstruction; the encoder again for its codes, which D is updated with (3 on either side) and then
 *   judges again.
 * - `avb`: D forward and backward on two kinds of pairs, then for the gradient of the codes.
 */
const passesOf: Record<
  NonNullable<Recipe['autoencoding']>['kind'],
  { encoder: number; generator: number; discriminator: number }
> = {
  vae: { encoder: 3, generator: 3, discriminator: 0 },
  vaeGan: { encoder: 3, generator: 7, discriminator: 12 },
  aae: { encoder: 6, generator: 3, discriminator: 8 },
  avb: { encoder: 3, generator: 3, discriminator: 7 },
};

/** How `multiplyAddsOfStep` counts, for people. */
export const countingRule =
  'counted: forward passes as in the tables; the gradient of the inputs, and that of the weights, as much again; ' +
  'D without its weights when G is updated; the last fakes of D serve the first update of G; optimizers, penalties and augmentation not counted';

/**
 * Multiply-adds of one step, from those of a forward pass of G and D for one image. A D-update draws fakes (G forward) and takes D
 * forward and backward (inputs and weights) on real and fake; a G-update takes D forward and backward (inputs only) and G
 * backward, and G forward where the fakes of the last D-update do not serve; with a relativistic loss, also D forward on real
 * images. In a simultaneous update G goes backward from what D's own backward pass brings to the fakes. D sees `packing` images at
 * once.
 */
export function multiplyAddsOfStep(
  forward: { generator?: number; discriminator?: number; encoder?: number },
  recipe: Pick<
    Recipe,
    | 'batch'
    | 'accumulation'
    | 'discriminatorSteps'
    | 'generatorSteps'
    | 'loss'
    | 'autoencoding'
    | 'packing'
    | 'update'
  >,
): number {
  const { batch, accumulation, discriminatorSteps, generatorSteps, loss, packing, update } = recipe;
  const { generator: g = 0, discriminator = 0, encoder: e = 0 } = forward;
  const d = discriminator / packing;
  if (recipe.autoencoding) {
    const passes = passesOf[recipe.autoencoding.kind];
    return (
      batch * accumulation * (passes.encoder * e + passes.generator * g + passes.discriminator * d)
    );
  }
  const discriminatorUpdate = g + 2 * 3 * d;
  const comparesReal = loss?.kind.startsWith('relativistic');
  const verdicts = update === 'simultaneous' ? 0 : comparesReal ? 3 : 2;
  const generatorUpdate = verdicts * d + 2 * g;
  const freshFakes = (generatorSteps - 1) * g;
  const perImage =
    discriminatorSteps * discriminatorUpdate + generatorSteps * generatorUpdate + freshFakes;
  return batch * accumulation * perImage;
}
