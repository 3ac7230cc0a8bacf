/**
 * StyleGAN2: "Analyzing and Improving the Image Quality of StyleGAN" (Karras et al. 2020), configuration F, as the official PyTorch
 * code has it (NVlabs/stylegan2-ada-pytorch, training/networks.py): a generator of modulated convolutions whose images are summed
 * from size to size, and a residual discriminator.
 *
 * That code multiplies every activation by √2. Leaky rectifiers and convolutions pass a factor on, so here it stands among the
 * weights of the layers that read the activation: the same function, without a pass over all values.
 */
import {
  add,
  constant,
  conv2d,
  dense,
  flatten,
  type GraphSpec,
  graph,
  input,
  leakyRelu,
  minibatchStdDev,
  modulatedConv2d,
  noise,
  oneHot,
  projection,
  slice,
  styleMapping,
  upfirdn,
  type Value,
} from '../graph/index.js';
import { doublingsOf } from './doublings.js';
import type { ImageShape } from './image-shape.js';

export interface Stylegan2Options {
  /** Length of z: 512 in the official code. */
  latentSize: number;
  /** Length of w: 512 in the official code. */
  styleSize: number;
  /** Dense layers from z to w: 8 in the paper. */
  mappingLayers: number;
  /** Probability that a batch takes its later styles from a second z: 0.9 in the official code. */
  mixing: number;
  /** Channels next to the image, doubled by each doubling of the distance from it up to `maxWidth`: 128 and 512 at 256×256. */
  width: number;
  maxWidth: number;
}

/** The low-pass filter of all resampling. */
const filter = [1, 3, 3, 1];
/** Scales of weights: normal divided by √(fan in), for what reads an image or a sum, and for what reads an activation. */
const plain = { equalized: true, equalizedGain: 1 } as const;
const activated = { equalized: true, equalizedGain: Math.SQRT2 } as const;

/** Channels of every size, from the image's down to the smallest. */
function widths({ width, maxWidth }: Stylegan2Options, doublings: number): number[] {
  return Array.from({ length: doublings + 1 }, (_, level) =>
    Math.min(width * 2 ** level, maxWidth),
  );
}

/**
 * [latentSize] (and, for `classes` above 0, a label) → [C, H, W]; no tanh holds it to [-1, 1]. A second output, `styles`, is for
 * path length regularization.
 *
 * @throws GanodeError `INVALID_OPTION` for an image whose size `doublingsOf` refuses.
 */
export function stylegan2Generator(
  image: ImageShape,
  options: Stylegan2Options,
  classes: number,
): GraphSpec {
  const { base, doublings } = doublingsOf('stylegan2', image);
  const { latentSize, styleSize, mappingLayers, mixing } = options;
  const [first = 0, ...others] = widths(options, doublings).reverse();
  const condition =
    classes > 0
      ? dense(oneHot(input('label', { classes })), { units: styleSize, ...plain })
      : undefined;
  const styles = styleMapping(input('z', { shape: [latentSize] }), condition, {
    units: styleSize,
    styles: 2 * doublings + 2,
    layers: mappingLayers,
    mixing,
  });
  /** Of a place among the styles, a factor for each channel. */
  const styleAt = (place: number, channels: number): Value =>
    dense(flatten(slice(styles, { start: place, length: 1 })), {
      units: channels,
      ...plain,
      biasInitializer: 'ones',
    });
  const layer = (x: Value, place: number, [from, to]: [number, number], up = 1): Value => {
    const gain = place === 0 ? 1 : Math.SQRT2;
    const window = { filters: to, kernel: 3, up, gain };
    return leakyRelu(noise(modulatedConv2d(x, styleAt(place, from), window)));
  };
  const toImage = (x: Value, place: number, from: number): Value =>
    modulatedConv2d(x, styleAt(place, from), {
      filters: image.channels,
      kernel: 1,
      demodulate: false,
      gain: Math.SQRT2,
    });

  let h = layer(constant(styles, { shape: [first, ...base] }), 0, [first, first]);
  let sum = toImage(h, 1, first);
  let from = first;
  others.forEach((to, index) => {
    const place = 2 * index + 1;
    h = layer(h, place, [from, to], 2);
    h = layer(h, place + 1, [to, to]);
    sum = upfirdn(sum, { filter, up: 2, padding: [2, 1], gain: 4 });
    sum = add([sum, toImage(h, place + 2, to)]);
    from = to;
  });
  return graph({ image: sum, styles });
}

/**
 * [C, H, W] (and, for `classes` above 0, a label) → one logit: with a label, the product of the class' vector and the features.
 *
 * @throws GanodeError `INVALID_OPTION` as `stylegan2Generator`.
 */
export function stylegan2Discriminator(
  image: ImageShape,
  options: Stylegan2Options,
  classes: number,
): GraphSpec {
  const { doublings } = doublingsOf('stylegan2', image);
  const [first = 0, ...others] = widths(options, doublings);
  let h = input('image', { shape: [image.channels, image.height, image.width] });
  h = leakyRelu(conv2d(h, { filters: first, kernel: 1, ...plain }));
  let from = first;
  others.forEach((to, index) => {
    const scale = index === 0 ? activated : plain;
    const wide = { kernel: 3, ...activated } as const;
    let y = leakyRelu(conv2d(h, { filters: from, kernel: 3, padding: 1, ...scale }));
    y = conv2d(upfirdn(y, { filter, padding: 2 }), { filters: to, stride: 2, ...wide });
    const shortcut = conv2d(upfirdn(h, { filter, down: 2, padding: 1 }), {
      filters: to,
      kernel: 1,
      bias: false,
      equalized: true,
      equalizedGain: scale.equalizedGain / Math.SQRT2,
    });
    // Both divided by √2, so that the variance stays: of the activation, it takes its √2 away.
    h = add([shortcut, leakyRelu(y)]);
    from = to;
  });
  h = minibatchStdDev(h);
  h = leakyRelu(conv2d(h, { filters: from, kernel: 3, padding: 1, ...plain }));
  h = leakyRelu(dense(flatten(h), { units: from, ...activated }));
  if (classes === 0) return graph({ logits: dense(h, { units: 1, ...activated }) });
  const features = dense(h, { units: from, ...activated });
  const initializer = { kind: 'normal', std: from ** -0.5 } as const;
  return graph({ logits: projection(features, input('label', { classes }), { initializer }) });
}
