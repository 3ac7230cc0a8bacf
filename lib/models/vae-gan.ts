/**
 * The convolutional networks of "Autoencoding beyond pixels using a learned similarity metric" (Larsen et al. 2016, table 1), in the
 * widths of the authors' code for 64×64 (andersbll/autoencoding_beyond_pixels, architectures.py), each layer by the same rule for
 * other sizes. The discriminator's last convolution, before its normalization, is what reconstructions are compared by.
 */
import {
  batchNorm,
  conv2d,
  convTranspose2d,
  dense,
  flatten,
  type GraphSpec,
  graph,
  input,
  relu,
  reshape,
  type Value,
} from '../graph/index.js';
import { decoded } from './decoded.js';
import { type Doublings, doublingsOf } from './doublings.js';
import type { ImageShape } from './image-shape.js';

export interface VaeGanOptions {
  /** Length of z: 128 in the paper. */
  latentSize: number;
  /** Channels of the encoder's first layer: 64 in the paper. All other widths follow. */
  width: number;
  /** Of the convolutions: 5 in the paper; 4 is faster here. */
  kernel: 4 | 5;
}

interface Plan {
  /** Height and width of the innermost feature maps. */
  base: Doublings['base'];
  /** How often they are doubled. */
  levels: number;
}

/** The base is the one nearest to 8×8: 64×64 is 8×8 doubled three times. */
function planOf(image: ImageShape): Plan {
  const { base, doublings } = doublingsOf('vae-gan', image);
  const shorter = Math.min(...base);
  if (Math.abs(shorter - 8) < Math.abs(2 * shorter - 8)) return { base, levels: doublings };
  return { base: [2 * base[0], 2 * base[1]], levels: doublings - 1 };
}

/** Halves or doubles height and width. */
const resampling = (kernel: 4 | 5) =>
  ({ kernel, stride: 2, padding: kernel === 5 ? 2 : 1, bias: false }) as const;

const normalized = (x: Value): Value => relu(batchNorm(x));
const pixels = ({ channels, height, width }: ImageShape): Value =>
  input('image', { shape: [channels, height, width] });

/** Channels of the layers that halve: width · 1, 2, 4 and no more. */
const widths = (levels: number, width: number): number[] =>
  Array.from({ length: levels }, (_, level) => width * Math.min(2 ** level, 4));

/** [C, H, W] → mean and log variance of a Gaussian: [latentSize] each. */
export function vaeGanEncoder(image: ImageShape, options: VaeGanOptions): GraphSpec {
  const { latentSize, width, kernel } = options;
  let h = pixels(image);
  for (const filters of widths(planOf(image).levels, width)) {
    h = normalized(conv2d(h, { filters, ...resampling(kernel) }));
  }
  h = normalized(dense(flatten(h), { units: 16 * width, bias: false }));
  return graph({
    mean: dense(h, { units: latentSize }),
    logVariance: dense(h, { units: latentSize }),
  });
}

/** [latentSize] → the image, and the logits of which it would be the Bernoulli probabilities. */
export function vaeGanDecoder(image: ImageShape, options: VaeGanOptions): GraphSpec {
  const { latentSize, width, kernel } = options;
  const { base, levels } = planOf(image);
  const channels = 4 * width;
  const z = input('z', { shape: [latentSize] });
  let h = normalized(dense(z, { units: channels * base[0] * base[1], bias: false }));
  h = reshape(h, { shape: [channels, ...base] });
  // 256, 128, 32 of 256 channels: the last doubling narrows by four.
  for (let level = levels - 1; level >= 0; level -= 1) {
    const filters = level === 0 ? Math.ceil(width / 2) : Math.min(width * 2 ** level, channels);
    const up = { ...resampling(kernel), ...(kernel === 5 && { outputPadding: 1 }) };
    h = normalized(convTranspose2d(h, { filters, ...up }));
  }
  const last = conv2d(h, { filters: image.channels, kernel: 5, padding: 2 });
  return graph(decoded(last, image));
}

/** [C, H, W] → one logit, and the features that reconstructions are compared by. */
export function vaeGanDiscriminator(image: ImageShape, options: VaeGanOptions): GraphSpec {
  const { width, kernel } = options;
  const { levels } = planOf(image);
  let h = relu(conv2d(pixels(image), { filters: Math.ceil(width / 2), kernel: 5, padding: 2 }));
  let features = h;
  for (let level = 0; level < levels; level += 1) {
    const filters = width * Math.min(2 ** (level + 1), 4);
    features = conv2d(h, { filters, ...resampling(kernel) });
    h = level < levels - 1 ? normalized(features) : features;
  }
  // The authors' code has the last convolution's normalization behind the features.
  h = normalized(dense(flatten(normalized(features)), { units: 8 * width, bias: false }));
  return graph({ logits: dense(h, { units: 1 }), features });
}
