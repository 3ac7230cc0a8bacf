/**
 * The networks of "The GAN is dead; long live the GAN! A Modern GAN Baseline" (R3GAN; Huang et al. 2024), config E, as the
 * official code has them (brownvc/R3GAN): residual blocks of an inverted bottleneck with a grouped 3×3 convolution, without
 * normalization; each block starts as the identity.
 */
import {
  add,
  avgPool,
  concat,
  conv2d,
  convTranspose2d,
  dense,
  embedding,
  flatten,
  type GraphSpec,
  graph,
  type Initializer,
  input,
  leakyRelu,
  projection,
  reshape,
  upsample,
  type Value,
} from '../graph/index.js';
import { covering, doublingsOf } from './doublings.js';
import type { ImageShape } from './image-shape.js';

export interface R3ganOptions {
  /** Length of z: 64 in the official presets. */
  latentSize: number;
  /**
   * Channels of the stage next to the image, doubled by each stage farther from it up to `maxWidth`; both multiples of 8.
   * Official: 768 and 768 for CIFAR-10, 384 and 768 for FFHQ at 64×64, 96 and 768 at 256×256.
   */
  width: number;
  maxWidth: number;
  /** Residual blocks of a stage: 2 in the official presets. */
  blocks: number;
}

/** Channels inside a block for each channel outside, and of one group of its 3×3 convolution; official. */
const expansion = 2;
const groupWidth = 16;

/** N(0, gain² / fan in): the official `MSRInitializer`. */
const msr = (gain = 1): Initializer => ({ kind: 'heNormal', gain: gain / Math.SQRT2 });

/** Channels of every stage, from the image's size down to the smallest. */
function widths({ width, maxWidth }: R3ganOptions, doublings: number): number[] {
  return Array.from({ length: doublings + 1 }, (_, level) =>
    Math.min(width * 2 ** level, maxWidth),
  );
}

/** A 1×1 convolution without bias, where the number of channels changes. */
function project(x: Value, from: number, to: number): Value {
  return from === to ? x : conv2d(x, { filters: to, kernel: 1, bias: false, initializer: msr() });
}

/** `blocks` residual blocks: x + W₃ φ(W₂ φ(W₁ x + b₁) + b₂), of a network that has `depth` of them. */
function stage(x: Value, width: number, blocks: number, depth: number): Value {
  const inner = width * expansion;
  // Variance that suits a leaky slope of 0.2, and Fixup's share for each of the blocks (Zhang et al. 2019).
  const initializer = msr(Math.sqrt(2 / (1 + 0.2 ** 2)) * depth ** -0.25);
  let h = x;
  for (let block = 0; block < blocks; block += 1) {
    let y = leakyRelu(conv2d(h, { filters: inner, kernel: 1, initializer }));
    const grouped = { kernel: 3, padding: 1, groups: inner / groupWidth, initializer };
    y = leakyRelu(conv2d(y, { filters: inner, ...grouped }));
    y = conv2d(y, { filters: width, kernel: 1, bias: false, initializer: 'zeros' });
    h = add([h, y]);
  }
  return h;
}

/** The filter [1, 2, 1] / 4 in both directions, zeros beyond the edge: a mean of two pixels, twice. */
function blur(x: Value): Value {
  return avgPool(avgPool(x, { kernel: 2, stride: 1, padding: 1 }), { kernel: 2, stride: 1 });
}

/**
 * [latentSize] (and, for `classes` above 0, a label) → [C, H, W]; no tanh holds it to [-1, 1].
 *
 * @throws GanodeError `INVALID_OPTION` for an image whose size `doublingsOf` refuses.
 */
export function r3ganGenerator(
  image: ImageShape,
  options: R3ganOptions,
  classes: number,
): GraphSpec {
  const { base, doublings } = doublingsOf('r3gan', image);
  const { latentSize, blocks } = options;
  const depth = blocks * (doublings + 1);
  const [first = 0, ...others] = widths(options, doublings).reverse();
  let h = input('z', { shape: [latentSize] });
  if (classes > 0) {
    const initializer = { kind: 'normal', std: classes ** -0.5 } as const;
    const label = input('label', { classes });
    h = concat([h, embedding(label, { units: latentSize, initializer })]);
  }
  h = dense(h, { units: first, bias: false, initializer: msr() });
  // A learned picture for each channel, times the channel's value.
  h = convTranspose2d(reshape(h, { shape: [first, 1, 1] }), {
    filters: first,
    kernel: covering(base),
    groups: first,
    bias: false,
    initializer: { kind: 'normal', std: 1 },
  });
  h = stage(h, first, blocks, depth);
  let width = first;
  for (const next of others) {
    // Nearest neighbours and the blur make the official filter, [1, 3, 3, 1].
    h = blur(upsample(project(h, width, next)));
    h = stage(h, next, blocks, depth);
    width = next;
  }
  const last = { filters: image.channels, kernel: 1, bias: false, initializer: msr() };
  return graph({ image: conv2d(h, last) });
}

/**
 * [C, H, W] (and, for `classes` above 0, a label) → one logit: with a label, the product of the class' vector and the features.
 *
 * @throws GanodeError `INVALID_OPTION` as `r3ganGenerator`.
 */
export function r3ganDiscriminator(
  image: ImageShape,
  options: R3ganOptions,
  classes: number,
): GraphSpec {
  const { base, doublings } = doublingsOf('r3gan', image);
  const depth = options.blocks * (doublings + 1);
  const [first = 0, ...others] = widths(options, doublings);
  let h = input('image', { shape: [image.channels, image.height, image.width] });
  h = conv2d(h, { filters: first, kernel: 1, bias: false, initializer: msr() });
  let width = first;
  for (const next of others) {
    h = stage(h, width, options.blocks, depth);
    h = avgPool(blur(h), { kernel: 2 });
    h = project(h, width, next);
    width = next;
  }
  h = stage(h, width, options.blocks, depth);
  h = flatten(
    conv2d(h, {
      filters: width,
      kernel: covering(base),
      groups: width,
      bias: false,
      initializer: msr(),
    }),
  );
  if (classes === 0) {
    return graph({ logits: dense(h, { units: 1, bias: false, initializer: msr() }) });
  }
  const features = dense(h, { units: width, bias: false, initializer: msr() });
  const initializer = { kind: 'normal', std: (width * classes) ** -0.5 } as const;
  const label = input('label', { classes });
  return graph({ logits: projection(features, label, { initializer }) });
}
