/** Settings that may move during training. */
import { z } from 'zod';

/**
 * `value`, or a schedule over the real images shown: `from` until `start` images (default 0), then within `images` on a line or
 * half a cosine to `to`, where it stays; both may be what `end` allows. cosine: to + (from - to) · (1 + cos πt) / 2 (Loshchilov & Hutter 2017, without restarts).
 */
export function scheduled(value: z.ZodNumber, end: z.ZodNumber = value) {
  return z.union([
    value,
    z.strictObject({
      schedule: z.enum(['linear', 'cosine']),
      from: end,
      to: end,
      images: z.int().min(1),
      start: z.int().min(0).default(0),
    }),
  ]);
}

/** In words: `2e-4`, or `2e-4 → 5e-5 over 1,000,000 images, cosine`. */
export function describeScheduled(value: Scheduled): string {
  if (typeof value === 'number') return inShort(value);
  const { schedule, from, to, images, start } = value;
  const whole = (number: number): string => number.toLocaleString('en-US');
  const after = start > 0 ? ` after the first ${whole(start)}` : '';
  return `${inShort(from)} → ${inShort(to)} over ${whole(images)} images${after}, ${schedule}`;
}

function inShort(value: number): string {
  return value !== 0 && Math.abs(value) < 0.01
    ? value.toExponential()
    : value.toLocaleString('en-US');
}

/** A number or a schedule. */
export type Scheduled = z.infer<ReturnType<typeof scheduled>>;
