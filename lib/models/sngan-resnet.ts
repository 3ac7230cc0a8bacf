/**
 * The residual networks of "Spectral Normalization for Generative Adversarial Networks" (Miyato et al. 2018, appendix B.4) and,
 * with labels, of "cGANs with Projection Discriminator" (Miyato & Koyama 2018), as the authors' code has them
 * (pfnet-research/sngan_projection): resnet_32, resnet_64, resnet and resnet_256.
 */
import {
  batchNorm,
  conditionalBatchNorm,
  conv2d,
  dense,
  type GraphSpec,
  globalSumPool,
  graph,
  input,
  relu,
  reshape,
  tanh,
  type Value,
} from '../graph/index.js';
import { type Doublings, doublingsOf } from './doublings.js';
import type { ImageShape } from './image-shape.js';
import { projectionVerdict } from './projection.js';
import { downBlock, unnormalized, upBlock } from './residual.js';

export interface SnganResnetOptions {
  /** Length of z: 128 in the papers. */
  latentSize: number;
  /**
   * Channels next to the image, from 64×64 (four doublings) on; up to 32×32 all layers have four times as many in G and twice as many in D. 64 in
   * the papers (32 at 256×256).
   */
  width: number;
}

/** `GlorotUniform(sqrt(2))` of the authors' code, for 3×3 convolutions; all else is Glorot's. */
const wide = { kind: 'glorotUniform', gain: Math.SQRT2 } as const;

/** Chainer's, of batch norm. */
const epsilon = 2e-5;

/** Multiples of `width` in G from the smallest size to the image's, and in D block by block. */
function plan(image: ImageShape): {
  base: Doublings['base'];
  doublings: number;
  generator: number[];
  discriminator: { to: number; down: boolean }[];
} {
  const { base, doublings } = doublingsOf('sngan-resnet', image);
  if (doublings <= 3) {
    const generator = Array<number>(doublings + 1).fill(4);
    const discriminator = [true, true, false, false].map((down) => ({ to: 2, down }));
    return { base, doublings, generator, discriminator };
  }
  const generators = { 4: [16, 8, 4, 2, 1], 5: [16, 16, 8, 4, 2, 1], 6: [16, 16, 8, 8, 4, 2, 1] };
  const generator = generators[doublings as 4 | 5 | 6];
  // Down to the base, behind which a block keeps the size; but 64×64 goes down to 2×2.
  const further = doublings === 4 && base.every((side) => side % 2 === 0);
  const discriminator = [...generator]
    .reverse()
    .map((to, index) => ({ to, down: further || index < doublings }));
  return { base, doublings, generator, discriminator };
}

/**
 * [latentSize] (and, for `classes` above 0, a label) → [C, H, W] in [-1, 1].
 *
 * @throws GanodeError `INVALID_OPTION` for an image whose size `doublingsOf` refuses.
 */
export function snganResnetGenerator(
  image: ImageShape,
  { latentSize, width }: SnganResnetOptions,
  classes: number,
): GraphSpec {
  const { base, generator } = plan(image);
  const [first = 0, ...others] = generator.map((multiple) => multiple * width);
  const label = classes > 0 ? input('label', { classes }) : undefined;
  const parts = {
    convolve: (x: Value, filters: number) =>
      conv2d(x, { filters, kernel: 3, padding: 1, initializer: wide }),
    shortcut: (x: Value, filters: number) => conv2d(x, { filters, kernel: 1 }),
    normalize: (x: Value) =>
      label ? conditionalBatchNorm(x, label, { epsilon }) : batchNorm(x, { epsilon }),
  };
  let h = dense(input('z', { shape: [latentSize] }), { units: base[0] * base[1] * first });
  h = reshape(h, { shape: [first, ...base] });
  for (const to of others) h = upBlock(h, to, parts);
  h = conv2d(relu(batchNorm(h, { epsilon })), { filters: image.channels, kernel: 3, padding: 1 });
  return graph({ image: tanh(h) });
}

/**
 * [C, H, W] (and, for `classes` above 0, a label) → one logit: of the features' sum over the image, and with a label of their
 * product with the class' vector. Every layer is spectrally normalized.
 *
 * @throws GanodeError `INVALID_OPTION` as `snganResnetGenerator`.
 */
export function snganResnetDiscriminator(
  image: ImageShape,
  { width }: SnganResnetOptions,
  classes: number,
): GraphSpec {
  const { discriminator, doublings } = plan(image);
  const normal = { spectralNorm: true } as const;
  const parts = unnormalized({
    convolve: (x, filters) =>
      conv2d(x, { filters, kernel: 3, padding: 1, initializer: wide, ...normal }),
    shortcut: (x, filters) => conv2d(x, { filters, kernel: 1, ...normal }),
  });
  let h = input('image', { shape: [image.channels, image.height, image.width] });
  let from = image.channels;
  discriminator.forEach(({ to, down }, index) => {
    const filters = to * width;
    const first = index === 0;
    h = downBlock(h, { channels: [from, first ? filters : from, filters], down, first }, parts);
    from = filters;
  });
  const features = globalSumPool(relu(h));
  // snresnet_32 has no bias here.
  const logit = dense(features, { units: 1, bias: doublings > 3, ...normal });
  return projectionVerdict(logit, () => features, classes, normal);
}
