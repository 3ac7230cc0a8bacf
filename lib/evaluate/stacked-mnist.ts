/** Collapse of modes on Stacked MNIST, by the protocol of Unrolled GAN, VEEGAN and PacGAN. */
import { GanodeError } from '../errors.js';
import type { ImageBatch } from './extractor.js';
import { divergenceFromUniform } from './modes.js';

/** What tells digits apart: the class of each image, 0 … 9. */
export interface DigitClassifier {
  predict(images: ImageBatch): Promise<Int32Array>;
}

export interface StackedMnistMetrics {
  /** Images looked at: 26,000 in the papers, 26 a mode. */
  count: number;
  /** Modes of 1,000 that at least one image was classified as. */
  modes: number;
  /**
   * KL(images ‖ uniform) over the 1,000 modes, in nats: 0 … ln 1000 = 6.91. 26,000 real images have 0.026, most of it (about
   * 999 / 2n for n images) because they are few, the rest because MNIST's digits are not equally frequent: compare runs by equal
   * numbers of images.
   */
  reverseKl: number;
}

/** Images that the papers draw. */
export const stackedMnistCount = 26_000;

/**
 * Classifies each channel as a digit and counts modes 100·r + 10·g + b.
 *
 * Sources: Metz et al. 2017 (Unrolled GAN), section 3.3.1; Srivastava et al. 2017 (VEEGAN) and Lin et al. 2018 (PacGAN), which count
 * the same way.
 *
 * @param images N×3×H×W.
 * @param classifier Of digits 1×H×W, as `openClassifier` trains it on MNIST.
 * @throws GanodeError `INVALID_DATA` for images of another shape, and whatever the classifier refuses.
 */
export async function stackedMnistMetrics(
  images: ImageBatch,
  classifier: DigitClassifier,
): Promise<StackedMnistMetrics> {
  const [count = 0, channels, height = 0, width = 0] = images.shape;
  const size = 3 * height * width;
  if (
    images.shape.length !== 4 ||
    channels !== 3 ||
    images.data.length !== count * size ||
    count === 0
  ) {
    throw new GanodeError(
      'INVALID_DATA',
      `stacked-mnist: expected images of N×3×H×W but received ${images.shape.join('×')} of ${images.data.length} values`,
    );
  }
  // Channels lie one after the other, so N images of three are 3N images of one.
  const digits = await classifier.predict({
    shape: [3 * count, 1, height, width],
    data: images.data,
  });
  const counts = new Float64Array(1000);
  for (let item = 0; item < 3 * count; item += 3) {
    const [red = 0, green = 0, blue = 0] = digits.subarray(item, item + 3);
    const mode = 100 * red + 10 * green + blue;
    counts[mode] = (counts[mode] as number) + 1;
  }
  return {
    count,
    modes: counts.filter((found) => found > 0).length,
    reverseKl: divergenceFromUniform(counts),
  };
}
