import type { Recipe } from '../recipes/schema.js';

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
  forward: { generator: number; discriminator: number },
  recipe: Pick<
    Recipe,
    | 'batch'
    | 'accumulation'
    | 'discriminatorSteps'
    | 'generatorSteps'
    | 'loss'
    | 'packing'
    | 'update'
  >,
): number {
  const { batch, accumulation, discriminatorSteps, generatorSteps, loss, packing, update } = recipe;
  const g = forward.generator;
  const d = forward.discriminator / packing;
  const discriminatorUpdate = g + 2 * 3 * d;
  const comparesReal = loss.kind.startsWith('relativistic');
  const verdicts = update === 'simultaneous' ? 0 : comparesReal ? 3 : 2;
  const generatorUpdate = verdicts * d + 2 * g;
  const freshFakes = (generatorSteps - 1) * g;
  const perImage =
    discriminatorSteps * discriminatorUpdate + generatorSteps * generatorUpdate + freshFakes;
  return batch * accumulation * perImage;
}
