/** What a schema cannot say: whether the parts of a recipe go together. The same holds for a recipe that a checkpoint carries. */
import { labelClasses } from '../graph/label-classes.js';
import { impossibleTransform } from './augment.js';
import { checkProcedure } from './autoencoding.js';
import { checkOwnProcedure } from './procedure.js';
import type { Recipe } from './schema.js';
import { unexpected } from './validate.js';

/** Throws `INVALID_OPTION`: one line with the path of the first setting that does not go with the others. */
export function checkWhole(recipe: Recipe): void {
  checkOwnProcedure(recipe);
  checkProcedure(recipe);
  checkLatentSize(recipe);
  checkClasses(recipe);
  checkPacking(recipe);
  checkNoise(recipe);
  checkAugment(recipe);
  checkFreeze(recipe);
}

/** Size of the generator's input z; undefined without one. */
export function latentSizeOf({ generator }: Recipe['models']): number | undefined {
  const z = generator.inputs['z'];
  // A graph may come from a file; what is no size in it the native side refuses, by the name of the input.
  const [size] = z && 'shape' in z && Array.isArray(z.shape) ? z.shape : [];
  return Number.isSafeInteger(size) ? size : undefined;
}

/** Classes that the networks' label inputs take: 0 without one. */
export function classesOf({ generator, discriminator }: Recipe['models']): number {
  return labelClasses(generator) || labelClasses(discriminator);
}

function checkLatentSize({ latentSize, models }: Recipe): void {
  const size = latentSizeOf(models);
  if (size === undefined || latentSize === size) return;
  throw unexpected(
    'latentSize',
    `${size}, the size of the generator's input z (model.latentSize sets it),`,
    latentSize,
  );
}

function checkClasses({ classes: given, models, recipe }: Recipe): void {
  const classes = classesOf(models);
  if (given === classes) return;
  const why = classes === 0 ? `for the networks of ${recipe} have no label input` : 'as the input';
  throw unexpected('classes', `${classes}, ${why},`, given);
}

/** Images that D sees at once would each have a label of their own, and are as many in every pack. */
function checkPacking({ packing, batch, growing, models: { discriminator } }: Recipe): void {
  const sizes = Object.entries(growing?.batches ?? {});
  const batches = sizes.map(([size, some]) => [`growing.batches.${size}`, some] as const);
  for (const [path, some] of [['batch', batch] as const, ...batches]) {
    if (some % packing !== 0) throw unexpected(path, `a multiple of packing (${packing})`, some);
  }
  if (packing === 1 || !discriminator) return;
  const { outputs } = discriminator;
  if (discriminator.inputs['label'] !== undefined || 'classLogits' in outputs) {
    throw unexpected('packing', '1 for a discriminator that works with labels', packing);
  }
  if ('expertLogits' in outputs) {
    throw unexpected('packing', '1 for a discriminator that tells experts', packing);
  }
}

/** Transforms of colours want colours. */
function checkAugment({ augment, image }: Recipe): void {
  const transform = impossibleTransform(augment, image.channels);
  if (transform === undefined) return;
  throw unexpected(
    'augment.pipeline',
    `transforms of shape only (such as bg), as images of ${image.channels} channels are neither grey nor RGB,`,
    transform,
  );
}

/** A gate makes Gumbel noise of normal latents. */
function checkNoise({ latentDistribution, models: { generator } }: Recipe): void {
  const noisy = generator.nodes.some(({ op, inputs }) => op === 'gate' && inputs.length > 1);
  if (!noisy || latentDistribution === 'normal') return;
  throw unexpected('latentDistribution', "'normal', for the gate's noise,", latentDistribution);
}

/** A network that is not there has no layers to freeze. */
function checkFreeze({ freeze, models, recipe }: Recipe): void {
  for (const name of ['generator', 'discriminator', 'encoder'] as const) {
    const layers = freeze[name];
    const none = layers === 0 || (Array.isArray(layers) && layers.length === 0);
    if (models[name] !== undefined || none) continue;
    throw unexpected(`freeze.${name}`, `0, as ${recipe} has no ${name},`, layers);
  }
}
