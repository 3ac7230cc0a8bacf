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
import { type ImageShape, unfit } from './image-shape.js';

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

/** 4, 8, … up to the images' own. */
function sizesOf(image: ImageShape): number[] {
  const doublings = Math.log2(image.height) - 2;
  if (
    image.width === image.height &&
    Number.isInteger(doublings) &&
    doublings >= 1 &&
    doublings <= 8
  )
    return Array.from({ length: doublings + 1 }, (_, level) => 4 * 2 ** level);
  const sizes = 'a square power of two from 8×8 to 1024×1024 (--size 32 resizes the data)';
  throw unfit('progan', sizes, image);
}

/** Channels at a size. */
function channels(image: ImageShape, { width, maxWidth }: ProganOptions, size: number): number {
  return Math.min((width * image.height) / size, maxWidth);
}

/**
 * [latentSize] (and, for `classes` above 0, a label) → [C, H, W]; no tanh holds it to [-1, 1].
 *
 * @throws GanodeError `INVALID_OPTION` for an image that is no square power of two from 8 to 1024.
 */
export function proganGenerator(
  image: ImageShape,
  options: ProganOptions,
  classes: number,
): GraphSpec {
  const [, ...others] = sizesOf(image);
  const of = (size: number): number => channels(image, options, size);
  const layer = (x: Value): Value => pixelNorm(leakyRelu(x));
  const conv = (x: Value, size: number, name: string): Value =>
    layer(conv2d(x, { filters: of(size), kernel: 3, padding: 1, ...activated, name }));
  const toRgb = (x: Value, size: number): Value =>
    conv2d(x, { filters: image.channels, kernel: 1, ...plain, name: `toRgb${size}` });

  const z = input('z', { shape: [options.latentSize] });
  const latent = classes > 0 ? concat([z, oneHot(input('label', { classes }))]) : z;
  // The official code's dense layer with a gain of √2/4 and one bias a channel.
  let h = reshape(pixelNorm(latent), { shape: [options.latentSize + classes, 1, 1] });
  h = layer(convTranspose2d(h, { filters: of(4), kernel: 4, ...activated, name: 'dense4' }));
  h = conv(h, 4, 'conv4');
  let made = toRgb(h, 4);
  others.forEach((size, index) => {
    h = conv(upsample(h), size, `conv${size}_0`);
    h = conv(h, size, `conv${size}_1`);
    made = fade(upsample(made), toRgb(h, size), { level: index + 1, name: `fade${size}` });
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
  const sizes = sizesOf(image);
  const of = (size: number): number => channels(image, options, size);
  const conv = (x: Value, filters: number, name: string): Value =>
    conv2d(x, { filters, kernel: 3, padding: 1, ...activated, name });
  const fromRgb = (x: Value, size: number): Value =>
    leakyRelu(conv2d(x, { filters: of(size), kernel: 1, ...activated, name: `fromRgb${size}` }));

  let seen = input('image', { shape: [image.channels, image.height, image.width] });
  let h = fromRgb(seen, image.height);
  for (let level = sizes.length - 1; level >= 1; level -= 1) {
    const size = sizes[level] as number;
    h = leakyRelu(conv(h, of(size), `conv${size}_0`));
    // Averaged before the rectifier, as the official code's fused layer does it.
    h = leakyRelu(downsample(conv(h, of(size / 2), `conv${size}_1`)));
    seen = downsample(seen);
    h = fade(fromRgb(seen, size / 2), h, { level, name: `fade${size}` });
  }
  h = leakyRelu(conv(minibatchStdDev(h), of(4), 'conv4'));
  h = leakyRelu(dense(flatten(h), { units: of(2), ...activated, name: 'dense4' }));
  const head = (units: number, name: string): Value => dense(h, { units, ...plain, name });
  const logits = head(1, 'logits');
  return graph(classes > 0 ? { logits, classLogits: head(classes, 'classLogits') } : { logits });
}
