/** How a picture of another size than the networks' is brought to it. */
import { invalid } from '../errors.js';

/**
 * - `crop` (default): resized until it covers the size, then cut to its centre; nothing is distorted, the longer sides lose their
 *   ends.
 * - `pad`: resized until it fits into the size, then centred on the background; nothing is distorted or lost.
 * - `stretch`: resized to the size, whatever that does to the proportions.
 */
export type Fit = (typeof fits)[number];

export const fits = ['crop', 'pad', 'stretch'] as const;

/** What is taken where nobody says otherwise. */
export const defaultFit: Fit = 'crop';

/** @throws GanodeError `INVALID_OPTION` for anything else. */
export function requireFit(fit: unknown): asserts fit is Fit {
  if (!fits.includes(fit as Fit)) throw invalid('fit', "'crop', 'pad' or 'stretch'", fit);
}
