/**
 * The multilayer perceptrons of "Adversarial Variational Bayes" (Mescheder et al. 2017) in the sizes of the authors' code
 * (LMescheder/AdversarialVariationalBayes: `full0` encoder and decoder): an encoder that noise enters at every layer, and an
 * adversary T(x, z) = θ(x)·s(z) + a(x) + b(z), here of dense layers.
 */
import {
  add,
  dense,
  flatten,
  type GraphSpec,
  graph,
  input,
  leakyRelu,
  multiply,
  softplus,
  type Value,
} from '../graph/index.js';
import { decoded } from './decoded.js';
import type { ImageShape } from './image-shape.js';

export interface AvbOptions {
  /** Length of z: 8 or 32 for MNIST in the authors' code. */
  latentSize: number;
  /** Length of the noise that the encoder draws from: 16. */
  noiseSize: number;
  /** Units of both hidden layers of the encoder: 300. */
  units: number;
  /** Units of the decoder's hidden layer: 768. */
  decoderUnits: number;
  /** Units of the adversary's layers: 1024 of z's in that code, whose convolutions are these layers here. */
  discriminatorUnits: number;
}

const flat = ({ channels, height, width }: ImageShape): Value =>
  flatten(input('image', { shape: [channels, height, width] }));
const sizeOf = ({ channels, height, width }: ImageShape): number => channels * height * width;

/** [C, H, W] and noise [noiseSize] → code [latentSize]. */
export function avbEncoder(image: ImageShape, options: AvbOptions): GraphSpec {
  const { latentSize, noiseSize, units } = options;
  const noise = input('noise', { shape: [noiseSize] });
  const noisy = (x: Value, size: number): Value =>
    add([x, dense(noise, { units: size, bias: false })]);
  let h = noisy(flat(image), sizeOf(image));
  for (let layer = 0; layer < 2; layer += 1) h = noisy(softplus(dense(h, { units })), units);
  return graph({ code: dense(h, { units: latentSize }) });
}

/** [latentSize] → the logits of Bernoulli probabilities, and their image. */
export function avbDecoder(image: ImageShape, options: AvbOptions): GraphSpec {
  const { latentSize, decoderUnits } = options;
  const h = softplus(dense(input('z', { shape: [latentSize] }), { units: decoderUnits }));
  return graph(decoded(dense(h, { units: sizeOf(image) }), image));
}

/** [C, H, W] and z [latentSize] → one logit: how much likelier z is under the posterior of the image than under the prior. */
export function avbDiscriminator(image: ImageShape, options: AvbOptions): GraphSpec {
  const { latentSize, discriminatorUnits: units } = options;
  const hidden = (x: Value): Value => leakyRelu(dense(leakyRelu(dense(x, { units })), { units }));
  const ofImage = hidden(flat(image));
  const ofCode = hidden(input('z', { shape: [latentSize] }));
  const both = multiply([dense(ofImage, { units }), dense(ofCode, { units })]);
  const logit = (x: Value): Value => dense(x, { units: 1 });
  return graph({ logits: add([logit(both), logit(ofImage), logit(ofCode)]) });
}
