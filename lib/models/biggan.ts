/**
 * BigGAN: "Large Scale GAN Training for High Fidelity Natural Image Synthesis" (Brock, Donahue, Simonyan 2019), as the author's
 * PyTorch code has it (ajbrock/BigGAN-PyTorch, BigGAN.py): one embedding of the class for all of G, a part of z for each of its
 * blocks, both steering the batch norms; self-attention; a projection discriminator; spectral normalization in both networks, and
 * orthogonal first weights.
 */
import {
  batchNorm,
  concat,
  conditionalBatchNorm,
  conv2d,
  dense,
  embedding,
  type GraphSpec,
  globalSumPool,
  graph,
  input,
  relu,
  reshape,
  selfAttention,
  slice,
  tanh,
  type Value,
} from '../graph/index.js';
import { attentionSizes, bigganPlan, chunkOf, orthogonal } from './biggan-plan.js';
import type { ImageShape } from './image-shape.js';
import { projectionVerdict } from './projection.js';
import { downBlock, unnormalized, upBlock } from './residual.js';

export interface BigganOptions {
  /** Length of z: 120 in the paper at 128×128. Rounded down to a multiple of G's blocks and one more, its parts. */
  latentSize: number;
  /** Length of the class' vector: 128 in the paper. */
  embeddingSize: number;
  /** Channels next to the image from 128×128 (five doublings) on (half of them at 64×64); up to 32×32 all layers have four times as many. 96 in the paper. */
  width: number;
  /** Heights at which there is self-attention; null: 64 from 128×128 on, 32 at 64×64, none below, and after as many doublings for other sizes. */
  attention: readonly number[] | null;
}

/**
 * [latentSize] and a label → [C, H, W] in [-1, 1].
 *
 * @throws GanodeError `INVALID_OPTION` for an image whose size `doublingsOf` refuses, a latent that
 *   is too short to be split, or an attention where no block ends.
 */
export function bigganGenerator(
  image: ImageShape,
  { latentSize, embeddingSize, width, attention }: BigganOptions,
  classes: number,
): GraphSpec {
  const plan = bigganPlan('biggan', image);
  const { base, generator } = plan;
  const attended = attentionSizes(plan, attention);
  const [first = 0, ...others] = generator.map((multiple) => multiple * width);
  const chunk = chunkOf(latentSize, generator.length);
  const z = input('z', { shape: [chunk * generator.length] });
  const part = (index: number): Value => slice(z, { start: index * chunk, length: chunk });
  const label = input('label', { classes });
  const shared = embedding(label, { units: embeddingSize, initializer: 'orthogonal' });
  let h = dense(part(0), { units: base[0] * base[1] * first, ...orthogonal });
  h = reshape(h, { shape: [first, ...base] });
  let [height] = base;
  others.forEach((to, index) => {
    const condition = concat([shared, part(index + 1)]);
    h = upBlock(h, to, {
      convolve: (x, filters) => conv2d(x, { filters, kernel: 3, padding: 1, ...orthogonal }),
      shortcut: (x, filters) => conv2d(x, { filters, kernel: 1, ...orthogonal }),
      normalize: (x) =>
        conditionalBatchNorm(x, condition, { ...orthogonal, biasInitializer: 'orthogonal' }),
    });
    height *= 2;
    if (attended.includes(height)) h = selfAttention(h, orthogonal);
  });
  const last = { filters: image.channels, kernel: 3, padding: 1, ...orthogonal } as const;
  return graph({ image: tanh(conv2d(relu(batchNorm(h)), last)) });
}

/**
 * [C, H, W] and a label → one logit: of the features' sum over the image, and of their product with the class' vector.
 *
 * @throws GanodeError `INVALID_OPTION` as `bigganGenerator`.
 */
export function bigganDiscriminator(
  image: ImageShape,
  { width, attention }: BigganOptions,
  classes: number,
): GraphSpec {
  const plan = bigganPlan('biggan', image);
  const { discriminator } = plan;
  const attended = attentionSizes(plan, attention);
  const parts = unnormalized({
    convolve: (x, filters) => conv2d(x, { filters, kernel: 3, padding: 1, ...orthogonal }),
    shortcut: (x, filters) => conv2d(x, { filters, kernel: 1, ...orthogonal }),
  });
  let h = input('image', { shape: [image.channels, image.height, image.width] });
  let from = image.channels;
  let { height } = image;
  discriminator.forEach(({ to, down }, index) => {
    const filters = to * width;
    h = downBlock(h, { channels: [from, filters, filters], down, first: index === 0 }, parts);
    from = filters;
    if (down) height /= 2;
    if (down && attended.includes(height)) h = selfAttention(h, orthogonal);
  });
  return bigganVerdict(h, classes);
}

/** What both BigGANs end in. */
export function bigganVerdict(features: Value, classes: number): GraphSpec {
  const h = globalSumPool(relu(features));
  const logit = dense(h, { units: 1, ...orthogonal });
  return projectionVerdict(logit, () => h, classes, orthogonal);
}
