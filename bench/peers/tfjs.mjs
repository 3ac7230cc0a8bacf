// TensorFlow.js, the package for every platform, in plain JavaScript. The argument is the package's folder.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { serve } from './serve.mjs';

const require = createRequire(join(process.argv[2], 'package.json'));
console.log = () => undefined; // advertises a package
const tf = require(process.argv[2]);

const same = ({ filters, kernel, stride = 1 }) => ({
  filters,
  kernelSize: kernel,
  strides: stride,
  padding: 'same',
});

const makers = {
  dense: ({ units }) => tf.layers.dense({ units }),
  conv2d: (node) => tf.layers.conv2d(same(node)),
  convTranspose2d: (node) => tf.layers.conv2dTranspose(same(node)),
  leakyRelu: ({ slope = 0.2 }) => tf.layers.leakyReLU({ alpha: slope }),
  tanh: () => tf.layers.activation({ activation: 'tanh' }),
  flatten: () => tf.layers.flatten(),
  reshape: ({ shape: [channels, height, width] }) =>
    tf.layers.reshape({ targetShape: [height, width, channels] }),
};

function build({ inputs, nodes }) {
  let [{ shape }] = Object.values(inputs);
  if (shape.length === 3) shape = [shape[1], shape[2], shape[0]]; // the channels last
  const network = tf.sequential();
  network.add(tf.layers.inputLayer({ inputShape: shape }));
  for (const node of nodes) network.add(makers[node.op](node));
  return network;
}

const adam = ({ learningRate, betas, epsilon }) => tf.train.adam(learningRate, ...betas, epsilon);
const entropy = (target, logits) =>
  tf.losses.sigmoidCrossEntropy(target > 0 ? tf.onesLike(logits) : tf.zerosLike(logits), logits);

await serve(async ({ recipe, image }) => {
  await tf.setBackend('cpu');
  const { batch, latentSize, models } = recipe;
  const G = build(models.generator);
  const D = build(models.discriminator);
  const optimizerG = adam(recipe.optimizers.generator);
  const optimizerD = adam(recipe.optimizers.discriminator);
  const variables = (network) => network.trainableWeights.map((weight) => weight.val);
  const real = tf.randomUniform([batch, image.height, image.width, image.channels], -1, 1);

  // A function's gradient needs its own forward pass here, so that G makes its fakes twice.
  const step = () =>
    tf.tidy(() => {
      const z = tf.randomNormal([batch, latentSize]);
      const fake = G.apply(z);
      const lossD = () => entropy(1, D.apply(real)).add(entropy(0, D.apply(fake)));
      const lossG = () => entropy(1, D.apply(G.apply(z)));
      const ofD = optimizerD.minimize(lossD, true, variables(D));
      const ofG = optimizerG.minimize(lossG, true, variables(G));
      return [ofD.dataSync()[0], ofG.dataSync()[0]];
    });

  return {
    hello: {
      parameters: { generator: G.countParams(), discriminator: D.countParams() },
      batch,
      versions: { 'TensorFlow.js': tf.version.tfjs },
    },
    run: async (steps) => {
      const started = performance.now();
      for (let i = 0; i < steps; i += 1) step();
      return { seconds: (performance.now() - started) / 1000, steps, images: steps * batch };
    },
  };
});
