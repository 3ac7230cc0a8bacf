/** Settings that may move during training. */
import { z } from 'zod';

/**
 * A number, or a schedule over the real images shown: `from` until `start` images (default 0), then within `images` on a line or
 * half a cosine to `to`, where it stays. cosine: to + (from - to) · (1 + cos πt) / 2 (Loshchilov & Hutter 2017, without restarts).
 */
export function scheduled<Value extends z.ZodNumber>(value: Value) {
  return z.union([
    value,
    z.strictObject({
      schedule: z.enum(['linear', 'cosine']),
      from: value,
      to: value,
      images: z.int().min(1),
      start: z.int().min(0).default(0),
    }),
  ]);
}

/** A number or a schedule. */
export type Scheduled = z.infer<ReturnType<typeof scheduled>>;
