/**
 * The multilayer perceptrons of "Auto-Encoding Variational Bayes" (Kingma & Welling 2014, appendix C): one hidden layer of
 * hyperbolic tangents in the encoder and in the decoder.
 */
import {
  add,
  constant,
  dense,
  flatten,
  type GraphSpec,
  graph,
  type Initializer,
  input,
  multiply,
  tanh,
  type Value,
} from '../graph/index.js';
import { decoded } from './decoded.js';
import type { ImageShape } from './image-shape.js';

export interface VaeOptions {
  /** Length of z. The paper: 3 to 200 for MNIST. */
  latentSize: number;
  /** Hidden units of either network. The paper: 500 for MNIST, 200 for Frey Face. */
  units: number;
}

/** "Randomly sampled from N(0, 0.01)"; taken as the standard deviation. */
const initializer: Initializer = { kind: 'normal', std: 0.01 };

/** (x + 1) / 2: the paper's images are in [0, 1], so that a black background moves no weight of the first layer. */
function unitInterval(x: Value): Value {
  const number = (value: number): Value =>
    constant(x, { shape: [1], initializer: { kind: 'constant', value }, frozen: true });
  return multiply([add([x, number(1)]), number(0.5)]);
}

/** [C, H, W] → mean and log variance of a Gaussian: [latentSize] each (appendix C.2). */
export function vaeEncoder(image: ImageShape, { latentSize, units }: VaeOptions): GraphSpec {
  const { channels, height, width } = image;
  const x = flatten(input('image', { shape: [channels, height, width] }));
  const h = tanh(dense(unitInterval(x), { units, initializer }));
  return graph({
    mean: dense(h, { units: latentSize, initializer }),
    logVariance: dense(h, { units: latentSize, initializer }),
  });
}

/** [latentSize] → the logits of Bernoulli probabilities, and their image (appendix C.1). */
export function vaeDecoder(image: ImageShape, { latentSize, units }: VaeOptions): GraphSpec {
  const h = tanh(dense(input('z', { shape: [latentSize] }), { units, initializer }));
  const values = image.channels * image.height * image.width;
  return graph(decoded(dense(h, { units: values, initializer }), image));
}
