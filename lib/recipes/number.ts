/**
 * Numbers that networks are trained with. Native code computes in float32, which ends at 3.4e38 and 1.2e-38: what is further from 1
 * than these bounds would become infinite or 0 there, alone or after one product.
 */
import { z } from 'zod';

const most = 1e30;

/** From 0 to 1e30: weights of terms, decays, counts that need not be whole. */
export const fromZero = z.number().min(0).max(most);

/** From 1e-30 to 1e30: what something is divided by, or what means nothing as 0. */
export const aboveZero = z
  .number()
  .positive()
  .min(1 / most)
  .max(most);
