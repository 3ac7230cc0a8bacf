/**
 * BigGAN-deep (Brock, Donahue, Simonyan 2019, appendix B), as the author's PyTorch code has it (ajbrock/BigGAN-PyTorch,
 * BigGANdeep.py): blocks of two 3×3 convolutions within a bottleneck, shortcuts that drop or add channels, and all of z, joined
 * with the class' vector, at every batch norm.
 */
import {
  add,
  batchNorm,
  concat,
  conditionalBatchNorm,
  conv2d,
  dense,
  downsample,
  embedding,
  type GraphSpec,
  graph,
  input,
  relu,
  reshape,
  selfAttention,
  slice,
  tanh,
  upsample,
  type Value,
} from '../graph/index.js';
import { bigganVerdict } from './biggan.js';
import { attentionSizes, bigganPlan, orthogonal } from './biggan-plan.js';
import type { ImageShape } from './image-shape.js';

export interface BigganDeepOptions {
  /** Length of z: 128 in the paper. */
  latentSize: number;
  /** Length of the class' vector: 128 in the paper. */
  embeddingSize: number;
  /** As BigGAN's: 128 in the paper. */
  width: number;
  /** Blocks for each size: 2 in the paper. */
  depth: number;
  /** As BigGAN's. */
  attention: readonly number[] | null;
}

/** A bottleneck has a quarter of the channels, in G of those that come in, in D of those that go out. */
const ratio = 4;

const wide = (x: Value, filters: number): Value =>
  conv2d(x, { filters, kernel: 3, padding: 1, ...orthogonal });
const point = (x: Value, filters: number): Value =>
  conv2d(x, { filters, kernel: 1, ...orthogonal });

/** Channels behind the first `to` are dropped from the shortcut. */
function generatorBlock(
  x: Value,
  [from, to]: [number, number],
  up: boolean,
  activate: (x: Value) => Value,
): Value {
  const inner = Math.floor(from / ratio);
  const grow = (value: Value): Value => (up ? upsample(value) : value);
  let h = point(activate(x), inner);
  h = wide(grow(activate(h)), inner);
  h = wide(activate(h), inner);
  h = point(activate(h), to);
  return add([h, grow(from === to ? x : slice(x, { length: to }))]);
}

/** Channels that are missing from the shortcut are made by a 1×1 convolution. */
function discriminatorBlock(x: Value, [from, to]: [number, number], down: boolean): Value {
  const inner = Math.floor(to / ratio);
  const shrink = (value: Value): Value => (down ? downsample(value) : value);
  let h = point(relu(x), inner);
  h = wide(relu(h), inner);
  h = wide(relu(h), inner);
  h = point(shrink(relu(h)), to);
  const shortcut = shrink(x);
  return add([h, from === to ? shortcut : concat([shortcut, point(shortcut, to - from)])]);
}

/**
 * [latentSize] and a label → [C, H, W] in [-1, 1].
 *
 * @throws GanodeError `INVALID_OPTION` for an image whose size `doublingsOf` refuses, or an
 *   attention where no block ends.
 */
export function bigganDeepGenerator(
  image: ImageShape,
  { latentSize, embeddingSize, width, depth, attention }: BigganDeepOptions,
  classes: number,
): GraphSpec {
  const plan = bigganPlan('biggan-deep', image);
  const { base, generator } = plan;
  const attended = attentionSizes(plan, attention);
  const [first = 0, ...others] = generator.map((multiple) => multiple * width);
  const z = input('z', { shape: [latentSize] });
  const label = input('label', { classes });
  const shared = embedding(label, { units: embeddingSize, initializer: 'orthogonal' });
  const condition = concat([shared, z]);
  const activate = (x: Value): Value =>
    relu(conditionalBatchNorm(x, condition, { ...orthogonal, biasInitializer: 'orthogonal' }));
  let h = dense(condition, { units: base[0] * base[1] * first, ...orthogonal });
  h = reshape(h, { shape: [first, ...base] });
  let from = first;
  let [height] = base;
  for (const to of others) {
    for (let block = 1; block < depth; block += 1) {
      h = generatorBlock(h, [from, from], false, activate);
    }
    h = generatorBlock(h, [from, to], true, activate);
    from = to;
    height *= 2;
    if (attended.includes(height)) h = selfAttention(h, orthogonal);
  }
  const last = { filters: image.channels, kernel: 3, padding: 1, ...orthogonal } as const;
  return graph({ image: tanh(conv2d(relu(batchNorm(h)), last)) });
}

/**
 * [C, H, W] and a label → one logit, as BigGAN's.
 *
 * @throws GanodeError `INVALID_OPTION` as `bigganDeepGenerator`.
 */
export function bigganDeepDiscriminator(
  image: ImageShape,
  { width, depth, attention }: BigganDeepOptions,
  classes: number,
): GraphSpec {
  const plan = bigganPlan('biggan-deep', image);
  const { discriminator } = plan;
  const attended = attentionSizes(plan, attention);
  // The first is that of a convolution before the blocks.
  const [first = 0, ...others] = discriminator.map(({ to }) => to * width);
  let h = wide(input('image', { shape: [image.channels, image.height, image.width] }), first);
  let from = first;
  let { height } = image;
  others.forEach((to, index) => {
    const { down } = discriminator[index] as (typeof discriminator)[number];
    h = discriminatorBlock(h, [from, to], down);
    for (let block = 1; block < depth; block += 1) h = discriminatorBlock(h, [to, to], false);
    from = to;
    if (down) height /= 2;
    if (down && attended.includes(height)) h = selfAttention(h, orthogonal);
  });
  return bigganVerdict(h, classes);
}
