/** What lets a discriminator see the items of a batch together. Formulas and defaults: `docs/graph.md`. */
import { required, whole } from './check.js';
import type { Initializer } from './spec.js';
import { type LayerOptions, type NodeOptions, node, type Value } from './value.js';

export interface MinibatchStdDevOptions extends NodeOptions {
  /** Items that are compared, from 1. A smaller batch, or one that it does not divide, is compared in fewer. Default 4. */
  groupSize?: number;
  /** Statistics that are added, from 1; divides the number of features or channels. Default 1. */
  features?: number;
}

/**
 * Minibatch standard deviation (Karras et al. 2018, as in StyleGAN2): [F] → [F + features], or
 * [C, H, W] → [C + features, H, W].
 */
export function minibatchStdDev(x: Value, options: MinibatchStdDevOptions = {}): Value {
  return node('minibatchStdDev', [x], options, { groupSize: whole(1), features: whole(1) });
}

export interface MinibatchDiscriminationOptions extends LayerOptions {
  /** Features that are added, from 1. */
  kernels: number;
  /** Numbers that are compared for each of them, from 1. */
  kernelSize: number;
  /** Default normal with standard deviation 1 / √F. */
  initializer?: Initializer;
}

/** Minibatch discrimination (Salimans et al. 2016): [F] → [F + kernels]. */
export function minibatchDiscrimination(x: Value, options: MinibatchDiscriminationOptions): Value {
  return node('minibatchDiscrimination', [x], options, {
    kernels: required(whole(1)),
    kernelSize: required(whole(1)),
  });
}
