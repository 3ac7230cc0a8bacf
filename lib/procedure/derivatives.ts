/** Derivatives of values, and values without. */
import { invalid } from '../errors.js';
import { isNetwork, type Network } from './network.js';
import { type Value, type ValueOptions, value } from './value.js';

/** The value, through which no gradient goes. */
export function detach(x: Value, options: ValueOptions = {}): Value {
  return value('detach', [x], options);
}

/**
 * The derivative of a value, summed over its numbers and items, by another that it depends on, in the shape of the latter. It is
 * differentiable itself: penalties on gradients are made of it.
 */
export function gradient(of: Value, at: Value, options: ValueOptions = {}): Value {
  return value('gradient', [of, at], options);
}

/**
 * How far the filters of a network are from being orthogonal: Σ ‖W Wᵀ ∘ (1 - I)‖² over its weight matrices, embeddings left out
 * (Brock et al. 2019, equation 3). One number a batch.
 */
export function orthogonality(of: Network, options: ValueOptions = {}): Value {
  if (!isNetwork(of)) throw invalid('orthogonality', 'a network of the procedure', of);
  return value('orthogonality', [], { ...options, network: of.networkName });
}
