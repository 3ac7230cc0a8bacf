/**
 * The residual networks of "Improved Training of Wasserstein GANs" (Gulrajani et al. 2017), as the official code has them
 * (igul222/improved_wgan_training): up to 32×32 those of gan_cifar_resnet.py without labels, and from 64×64 on
 * `GoodGenerator` and `GoodDiscriminator` of gan_64x64.py.
 */
import {
  batchNorm,
  conv2d,
  dense,
  flatten,
  type GraphSpec,
  globalAvgPool,
  graph,
  groupNorm,
  type Initializer,
  input,
  relu,
  reshape,
  tanh,
  type Value,
} from '../graph/index.js';
import { doublingsOf } from './doublings.js';
import type { ImageShape } from './image-shape.js';
import { type BlockParts, downBlock, upBlock } from './residual.js';

export interface WganGpResnetOptions {
  /** Length of z: 128 in the official code. */
  latentSize: number;
  /**
   * Channels next to the image from 64×64 (four doublings) on, doubled by each doubling of the distance from it up to eight times
   * as many; up to 32×32 all layers have twice as many. 64 in the official code.
   */
  width: number;
}

/** tflib's `he_init`: variance 4 / (fan in + fan out), uniform. */
const he: Initializer = { kind: 'glorotUniform', gain: Math.SQRT2 };

/** Whether an image has the networks of 32×32: all with as few doublings. */
const is32 = (doublings: number): boolean => doublings <= 3;

/** 3×3 convolutions: the first of a block has no bias in gan_64x64.py, where a normalization follows it. */
function parts(doublings: number, normalize: BlockParts['normalize']): BlockParts {
  let second = false;
  return {
    convolve: (x, filters) => {
      const bias = is32(doublings) || second;
      second = !second;
      return conv2d(x, { filters, kernel: 3, padding: 1, bias, initializer: he });
    },
    shortcut: (x, filters) => conv2d(x, { filters, kernel: 1 }),
    normalize,
  };
}

/**
 * [latentSize] → [C, H, W] in [-1, 1].
 *
 * @throws GanodeError `INVALID_OPTION` for an image whose size `doublingsOf` refuses.
 */
export function wganGpResnetGenerator(
  image: ImageShape,
  { latentSize, width }: WganGpResnetOptions,
): GraphSpec {
  const { base, doublings } = doublingsOf('wgan-gp-resnet', image);
  const channels = (level: number): number =>
    width * (is32(doublings) ? 2 : Math.min(8, 2 ** level));
  const blocks = parts(doublings, (x) => batchNorm(x));
  const first = channels(doublings);
  let h = dense(input('z', { shape: [latentSize] }), { units: base[0] * base[1] * first });
  h = reshape(h, { shape: [first, ...base] });
  for (let level = doublings - 1; level >= 0; level -= 1) h = upBlock(h, channels(level), blocks);
  const initializer = is32(doublings) ? 'glorotUniform' : he;
  const last = { filters: image.channels, kernel: 3, padding: 1, initializer } as const;
  return graph({ image: tanh(conv2d(relu(batchNorm(h)), last)) });
}

/**
 * [C, H, W] → one value, of any size: up to 32×32 without normalization, otherwise with layer norm.
 *
 * @throws GanodeError `INVALID_OPTION` as `wganGpResnetGenerator`.
 */
export function wganGpResnetCritic(image: ImageShape, { width }: WganGpResnetOptions): GraphSpec {
  const { doublings } = doublingsOf('wgan-gp-resnet', image);
  let h = input('image', { shape: [image.channels, image.height, image.width] });
  if (is32(doublings)) {
    const blocks = parts(doublings, (x) => x);
    const to = 2 * width;
    h = downBlock(h, { channels: [image.channels, to, to], down: true, first: true }, blocks);
    for (const down of [true, false, false]) {
      h = downBlock(h, { channels: [to, to, to], down }, blocks);
    }
    return graph({ logits: dense(globalAvgPool(relu(h)), { units: 1 }) });
  }
  // One group is the official layer norm: over all of an image, a scale and a shift for each channel.
  const blocks = parts(doublings, (x: Value) => groupNorm(x, { groups: 1 }));
  let from = width;
  h = conv2d(h, { filters: from, kernel: 3, padding: 1 });
  for (let level = 1; level <= doublings; level += 1) {
    const to = width * Math.min(8, 2 ** level);
    h = downBlock(h, { channels: [from, from, to], down: true }, blocks);
    from = to;
  }
  return graph({ logits: dense(flatten(h), { units: 1 }) });
}
