/** The `growing` field of a recipe. Native code (native/step/growing.h) reads the same JSON. */
import { z } from 'zod';
import { aboveZero } from './number.js';

/** Values by height of the images in pixels: `{ "4": 128, "8": 64 }`. */
const bySize = <Value extends z.ZodType>(value: Value) =>
  z
    .record(z.string(), value)
    .refine(
      (record) => Object.keys(record).every((key) => /^[1-9]\d{0,4}$/.test(key)),
      'expected heights of images as keys',
    );

/**
 * Networks that grow while they train (Karras et al. 2018; TrainingSchedule of the official code): from images of height `from` on,
 * each doubling of the size fades in over `fadeImages` real images after `stableImages` at the size before.
 */
export const growingSchema = z.strictObject({
  /**
   * Height at the start: that of the images, halved some times. Left out, it is the smallest one that the generator can be cut down
   * to; a resolved recipe has it.
   */
  from: z.int().min(1).optional(),
  /** Real images at each size before the next one fades in. */
  stableImages: z.int().min(1).default(600_000),
  /** Real images over which a size fades in; 0: at once. */
  fadeImages: z.int().min(0).default(600_000),
  /** Images a batch, by size; `batch` holds for the others. While a size fades in, it is that one's. */
  batches: bySize(z.int().min(1).max(65536)).default({}),
  /** What the optimizers' learning rates are multiplied by, by size; 1 for the others. */
  learningRateFactors: bySize(aboveZero.max(1000)).default({}),
  /** The optimizers begin anew where a fade begins and where it ends. */
  resetOptimizers: z.boolean().default(true),
});

export type GrowingOptions = z.infer<typeof growingSchema>;
