/** What a step does with its values: which networks move, by which objective, when. */
import { GanodeError, invalid } from '../errors.js';
import { type Check, checkAttributes, checkKeys, flag, required, whole } from '../graph/check.js';
import { isNetwork, type Network } from './network.js';
import { isValue, type Value } from './value.js';

/** One part of a step. */
export type Update =
  | { readonly kind: 'update'; networks: string[]; objective: Value; options: UpdateOptions }
  | { readonly kind: 'clip'; networks: string[]; limit: number }
  | { readonly kind: 'together'; updates: readonly Update[] }
  | { readonly kind: 'repeat'; times: number; sameData: boolean; updates: readonly Update[] };

export interface UpdateOptions {
  /**
   * Once in so many of its turns, so many times as strong: lazy regularization (Karras et al. 2020, "Analyzing and Improving the
   * Image Quality of StyleGAN", appendix B). The learning rate and betas of the networks follow. Default 1.
   */
  every?: number;
  /** Only from so many real images shown on. Default 0. */
  from?: number;
  /** Only before so many real images were shown. Default: for ever. */
  until?: number;
}

const images: Check = {
  expected: 'a number of images from 0',
  accepts: (value) => typeof value === 'number' && value >= 0,
};

/**
 * Moves networks along the gradient of an objective by their weights, with their optimizers; other networks stay as they are.
 *
 * @param objective One number an item, of which the mean over the batch is minimized, or one number a batch.
 * @throws GanodeError `INVALID_OPTION`.
 */
export function update(
  networks: Network | readonly Network[],
  objective: Value,
  options: UpdateOptions = {},
): Update {
  if (!isValue(objective)) throw invalid('objective', 'a value of the procedure', objective);
  checkKeys('update', options, ['every', 'from', 'until']);
  checkAttributes('update', { ...options }, { every: whole(1), from: images, until: images });
  return { kind: 'update', networks: namesOf(networks), objective, options };
}

/** Every weight of the networks into [-limit, limit] (Arjovsky et al. 2017). */
export function clip(networks: Network | readonly Network[], limit: number): Update {
  if (!(typeof limit === 'number' && limit > 0 && Number.isFinite(limit)))
    throw invalid('limit of clip', 'a number above 0', limit);
  return { kind: 'clip', networks: namesOf(networks), limit };
}

/** The gradients of several updates from the same weights, before any of them moves. */
export function together(updates: readonly Update[]): Update {
  for (const one of updates) {
    if (one?.kind !== 'update') throw invalid('together', 'a list of updates', one?.kind);
  }
  return { kind: 'together', updates };
}

/**
 * The updates so many times. The first turn goes on with the values that are there; every further one has fresh draws and the next
 * batch of the data, or with `sameData` fresh draws only. What follows has the values of the last turn.
 */
export function repeat(
  times: number,
  updates: readonly Update[],
  options: { sameData?: boolean } = {},
): Update {
  checkKeys('repeat', options, ['sameData']);
  checkAttributes('repeat', { ...options }, { sameData: flag });
  const { sameData = false } = options;
  checkAttributes('repeat', { times }, { times: required(whole(1)) });
  if (!Array.isArray(updates) || updates.length === 0)
    throw new GanodeError('INVALID_OPTION', 'Expected updates to repeat but received none');
  return { kind: 'repeat', times, sameData, updates };
}

function namesOf(networks: Network | readonly Network[]): string[] {
  const all = Array.isArray(networks) ? networks : [networks];
  if (all.length === 0) throw invalid('networks of an update', 'at least one network', all);
  for (const one of all) {
    if (!isNetwork(one)) throw invalid('networks of an update', 'a network of the procedure', one);
  }
  return all.map((one: Network) => one.networkName);
}
