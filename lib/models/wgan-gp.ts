/**
 * The DCGAN-like networks of "Improved Training of Wasserstein GANs" (Gulrajani et al. 2017), as the official code has them
 * (igul222/improved_wgan_training): 5×5 convolutions of stride 2, and no batch norm in the critic, whose gradient penalty is
 * one of each image alone. For 28×28 those of gan_mnist.py, without any normalization; for the others those of gan_64x64.py,
 * with batch norm in the generator and layer norm in the critic.
 */
import {
  batchNorm,
  conv2d,
  convTranspose2d,
  dense,
  flatten,
  type GraphSpec,
  graph,
  groupNorm,
  type Initializer,
  input,
  leakyRelu,
  relu,
  reshape,
  tanh,
} from '../graph/index.js';
import { type Doublings, doublingsOf } from './doublings.js';
import type { ImageShape } from './image-shape.js';

export interface WganGpOptions {
  /** Length of z: 128 in the official code. */
  latentSize: number;
  /** Channels of the layer next to the image, doubled by each layer farther from it: 64 in the official code. */
  width: number;
}

const half = { kernel: 5, stride: 2 } as const;

/** 28×28 has the three doublings of 32×32 (4, 7, 14, 28), and no normalization. */
function plan(image: ImageShape): Doublings & { mnist: boolean } {
  const mnist = image.height === 28 && image.width === 28;
  if (mnist) return { base: [4, 4], doublings: 3, mnist };
  return { ...doublingsOf('wgan-gp', image), mnist };
}

const uniform = (bound: number): Initializer => ({ kind: 'uniform', low: -bound, high: bound });

/** gan_64x64.py draws all weights with a standard deviation of 0.02, uniformly. */
const small = uniform(0.02 * Math.sqrt(3));

/**
 * gan_mnist.py draws a layer's weights with variance 4 / (fan in + fan out), uniformly; a stride-2 layer has a quarter of the
 * taps on the side of the larger image.
 */
function weights(mnist: boolean, larger: number, smaller: number): Initializer {
  return mnist ? uniform(Math.sqrt(12 / (25 * (larger + smaller / 4)))) : small;
}

/**
 * [latentSize] → [C, H, W] in [-1, 1].
 *
 * @throws GanodeError `INVALID_OPTION` for an image whose size `doublingsOf` refuses.
 */
export function wganGpGenerator(
  image: ImageShape,
  { latentSize, width }: WganGpOptions,
): GraphSpec {
  const { base, doublings, mnist } = plan(image);
  const normalize = mnist ? (x: typeof h) => x : batchNorm;
  let channels = width * 2 ** (doublings - 1);
  let h = input('z', { shape: [latentSize] });
  h = dense(h, {
    units: base[0] * base[1] * channels,
    initializer: mnist ? 'glorotUniform' : small,
  });
  h = relu(normalize(reshape(h, { shape: [channels, ...base] })));
  for (let level = doublings - 2; level >= 0; level -= 1) {
    const filters = width * 2 ** level;
    const initializer = weights(mnist, filters, channels);
    // The official code cuts the 8×8 of MNIST to 7×7; a padding of 2 makes it so.
    const padding = mnist && level === doublings - 2 ? 2 : 'same';
    h = relu(normalize(convTranspose2d(h, { filters, ...half, padding, initializer })));
    channels = filters;
  }
  const initializer = weights(mnist, image.channels, channels);
  const last = { filters: image.channels, ...half, padding: 'same', initializer } as const;
  return graph({ image: tanh(convTranspose2d(h, last)) });
}

/**
 * [C, H, W] → one value, of any size.
 *
 * @throws GanodeError `INVALID_OPTION` as `wganGpGenerator`.
 */
export function wganGpCritic(image: ImageShape, { width }: WganGpOptions): GraphSpec {
  const { doublings, mnist } = plan(image);
  let { channels } = image;
  let h = input('image', { shape: [channels, image.height, image.width] });
  for (let level = 0; level < doublings; level += 1) {
    const filters = width * 2 ** level;
    const initializer = weights(mnist, channels, filters);
    h = conv2d(h, { filters, ...half, padding: 'same', initializer });
    // One group is the official layer norm: over all of an image, a scale and a shift for each channel.
    if (!mnist && level > 0) h = groupNorm(h, { groups: 1 });
    h = leakyRelu(h);
    channels = filters;
  }
  const initializer = mnist ? 'glorotUniform' : small;
  return graph({ logits: dense(flatten(h), { units: 1, initializer }) });
}
