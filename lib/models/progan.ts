/**
 * Progressive GAN: "Progressive Growing of GANs for Improved Quality, Stability, and Variation" (Karras et al. 2018), as the official
 * code has it (tkarras/progressive_growing_of_gans, networks.py): both networks for the images' own size, with a `fade` for each
 * doubling, by which training cuts them down to a smaller size at first. Images are then enlarged (G) or averaged (D) to the size
 * at which training stands.
 */
import {
  concat,
  conv2d,
  convTranspose2d,
  dense,
  downsample,
  fade,
  flatten,
  type GraphSpec,
  graph,
  input,
  leakyRelu,
  minibatchStdDev,
  oneHot,
  pixelNorm,
  reshape,
  upsample,
  type Value,
} from '../graph/index.js';
import { covering, type DoubledSizes, type Doublings, doublingsOf } from './doublings.js';
import type { ImageShape } from './image-shape.js';

export interface ProganOptions {
  /** Length of z: 512 in the official code. */
  latentSize: number;
  /** Channels at the images' own size, doubled by each halving of the size up to `maxWidth`: 16 and 512 at 1024×1024. */
  width: number;
  maxWidth: number;
}

/** Scales of weights: of layers before a rectifier, and of the last ones. */
const activated = { equalized: true } as const;
const plain = { equalized: true, equalizedGain: 1 } as const;

/** More than the others' networks take, for these are trained from their smallest size on. */
export const proganSizes: DoubledSizes = { doublings: [1, 8], shorter: [8, 1024] };

/** The smallest size, and all heights from its own (4, 8, …) up to the images'. */
function plan(image: ImageShape): { base: Doublings['base']; heights: number[] } {
  const { base, doublings } = doublingsOf('progan', image, proganSizes);
  const heights = Array.from({ length: doublings + 1 }, (_, level) => base[0] * 2 ** level);
  return { base, heights };
}

/** Channels at a height. */
function channels(image: ImageShape, { width, maxWidth }: ProganOptions, height: number): number {
  return Math.min((width * image.height) / height, maxWidth);
}

/**
 * [latentSize] (and, for `classes` above 0, a label) → [C, H, W]; no tanh holds it to [-1, 1].
 *
 * @throws GanodeError `INVALID_OPTION` for an image whose size `doublingsOf` refuses for `proganSizes`.
 */
export function proganGenerator(
  image: ImageShape,
  options: ProganOptions,
  classes: number,
): GraphSpec {
  const { base, heights } = plan(image);
  const [smallest = 0, ...others] = heights;
  const of = (height: number): number => channels(image, options, height);
  const layer = (x: Value): Value => pixelNorm(leakyRelu(x));
  const conv = (x: Value, height: number, name: string): Value =>
    layer(conv2d(x, { filters: of(height), kernel: 3, padding: 1, ...activated, name }));
  const toRgb = (x: Value, height: number): Value =>
    conv2d(x, { filters: image.channels, kernel: 1, ...plain, name: `toRgb${height}` });

  const z = input('z', { shape: [options.latentSize] });
  const latent = classes > 0 ? concat([z, oneHot(input('label', { classes }))]) : z;
  // The official code's dense layer with a gain of √2/4 and one bias a channel.
  let h = reshape(pixelNorm(latent), { shape: [options.latentSize + classes, 1, 1] });
  const first = { filters: of(smallest), kernel: covering(base), name: `dense${smallest}` };
  h = layer(convTranspose2d(h, { ...first, ...activated }));
  h = conv(h, smallest, `conv${smallest}`);
  let made = toRgb(h, smallest);
  others.forEach((height, index) => {
    h = conv(upsample(h), height, `conv${height}_0`);
    h = conv(h, height, `conv${height}_1`);
    made = fade(upsample(made), toRgb(h, height), { level: index + 1, name: `fade${height}` });
  });
  return graph({ image: made });
}

/**
 * [C, H, W] → one logit, and, for `classes` above 0, `classLogits`.
 *
 * @throws GanodeError `INVALID_OPTION` as `proganGenerator`.
 */
export function proganDiscriminator(
  image: ImageShape,
  options: ProganOptions,
  classes: number,
): GraphSpec {
  const { heights } = plan(image);
  const [smallest = 0] = heights;
  const of = (height: number): number => channels(image, options, height);
  const conv = (x: Value, filters: number, name: string): Value =>
    conv2d(x, { filters, kernel: 3, padding: 1, ...activated, name });
  const fromRgb = (x: Value, height: number): Value =>
    leakyRelu(
      conv2d(x, { filters: of(height), kernel: 1, ...activated, name: `fromRgb${height}` }),
    );

  let seen = input('image', { shape: [image.channels, image.height, image.width] });
  let h = fromRgb(seen, image.height);
  for (let level = heights.length - 1; level >= 1; level -= 1) {
    const height = heights[level] as number;
    h = leakyRelu(conv(h, of(height), `conv${height}_0`));
    // Averaged before the rectifier, as the official code's fused layer does it.
    h = leakyRelu(downsample(conv(h, of(height / 2), `conv${height}_1`)));
    seen = downsample(seen);
    h = fade(fromRgb(seen, height / 2), h, { level, name: `fade${height}` });
  }
  h = leakyRelu(conv(minibatchStdDev(h), of(smallest), `conv${smallest}`));
  const last = { units: of(smallest / 2), name: `dense${smallest}` };
  h = leakyRelu(dense(flatten(h), { ...last, ...activated }));
  const head = (units: number, name: string): Value => dense(h, { units, ...plain, name });
  const logits = head(1, 'logits');
  return graph(classes > 0 ? { logits, classLogits: head(classes, 'classLogits') } : { logits });
}
