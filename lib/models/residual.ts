/**
 * Residual blocks for images of WGAN-GP (Gulrajani et al. 2017), SNGAN (Miyato et al. 2018) and BigGAN (Brock et al. 2019), which
 * differ in their convolutions and normalizations only. Where a shortcut is resampled, its 1×1 convolution stands on the smaller
 * side: the same function for a quarter of the work.
 */
import { add, downsample, relu, upsample, type Value } from '../graph/index.js';

/** Which weights and normalizations the blocks of a network have. */
export interface BlockParts {
  /** 3×3, same size. */
  convolve(x: Value, filters: number): Value;
  /** 1×1. */
  shortcut(x: Value, filters: number): Value;
  /** Before an activation. */
  normalize(x: Value): Value;
}

/** The parts without normalization. */
export function unnormalized(parts: Omit<BlockParts, 'normalize'>): BlockParts {
  return { ...parts, normalize: (x) => x };
}

/** A block of a generator: `from` channels → `to` channels of twice the size. */
export function upBlock(x: Value, to: number, parts: BlockParts): Value {
  let h = upsample(relu(parts.normalize(x)));
  h = relu(parts.normalize(parts.convolve(h, to)));
  h = parts.convolve(h, to);
  return add([h, upsample(parts.shortcut(x, to))]);
}

export interface DownBlock {
  /** Channels of the input, between the convolutions, and of the output. */
  channels: readonly [from: number, hidden: number, to: number];
  /** Halves the size. */
  down: boolean;
  /** The block at the image, which is not activated first. */
  first?: boolean;
}

/** A block of a discriminator. */
export function downBlock(x: Value, block: DownBlock, parts: BlockParts): Value {
  const [from, hidden, to] = block.channels;
  const shrink = (value: Value): Value => (block.down ? downsample(value) : value);
  let h = block.first ? x : relu(parts.normalize(x));
  h = relu(parts.normalize(parts.convolve(h, hidden)));
  h = shrink(parts.convolve(h, to));
  const changes = block.down || from !== to;
  return add([h, changes ? parts.shortcut(shrink(x), to) : x]);
}
