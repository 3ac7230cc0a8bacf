// Trainings that go wrong, what is tried against it, and trainings that go well, as `cures.mjs` runs them.
import { graph as g } from '../../dist/index.js';

/** Measures that any recipe takes, as the settings that a user would write. */
const both = (path, value) =>
  ['generator', 'discriminator'].map((player) => `optimizers.${player}.${path}=${value}`);
const penalty = (...kinds) => `penalties=${JSON.stringify(kinds)}`;
const r1 = { kind: 'r1', weight: 1 };
const r2 = { kind: 'r2', weight: 1 };
const gradientPenalty = { kind: 'gradientPenalty', weight: 10 };

export const measures = {
  batchNorm: ['model.generatorNorm=batch'],
  betas: both('betas', '[0.5,0.999]'),
  betas0: both('betas', '[0,0.9]'),
  r1: [penalty(r1)],
  'r1-weak': [penalty({ kind: 'r1', weight: 0.1 })],
  gradientPenalty: [penalty(gradientPenalty)],
  dragan: [penalty({ kind: 'dragan', weight: 10 })],
  'wasserstein-gradientPenalty': ['loss.kind=wasserstein', penalty(gradientPenalty)],
  'relativistic-r1-r2': ['loss.kind=relativisticPairing', penalty(r1, r2)],
  nonSaturating: ['loss.kind=nonSaturating'],
  hinge: ['loss.kind=hinge'],
  leastSquares: ['loss.kind=leastSquares'],
  relativistic: ['loss.kind=relativisticPairing'],
  smoothing: ['loss.labelSmoothing=0.1'],
  diffAugment: ['augment={"kind":"diffAugment"}'],
  ada: ['augment={"kind":"ada"}'],
  packing: ['packing=2'],
  ema: ['ema={"decay":0.999}'],
  generatorSteps: ['generatorSteps=2'],
  oneStep: ['discriminatorSteps=1'],
};

/** Two learning rates; of an optimizer's other settings nothing changes. */
const rates = (generator, discriminator) => [
  `optimizers.generator.learningRate=${generator}`,
  `optimizers.discriminator.learningRate=${discriminator}`,
];

const pick = (...names) => Object.fromEntries(names.map((name) => [name, measures[name]]));
const join = (...names) => ({ [names.join(' + ')]: names.flatMap((name) => measures[name]) });

/** Whole recipes in the place of the one that fails, at the same batch and at widths for a processor. */
const others = {
  dcgan: { recipe: 'dcgan', batch: 64, model: { width: 16 } },
  sngan: { recipe: 'sngan', batch: 64, model: { width: 16 } },
  'wgan-gp': { recipe: 'wgan-gp', batch: 64, model: { width: 16 } },
  r3gan: { recipe: 'r3gan', batch: 64, model: { width: 8, maxWidth: 32 } },
};

/**
 * Perceptrons for points in the plane, or for images of another shape: two hidden layers. `outputGain` multiplies the initial weights of
 * G's last layer, behind which images have a hyperbolic tangent.
 */
export function perceptrons({
  shape = [2, 1, 1],
  latent = 16,
  units = 128,
  outputGain = 1,
  normalized = false,
  outputNormalized = false,
  spectral = false,
  batchStatistics = false,
  dropout = 0,
  packing = 1,
} = {}) {
  const [channels, height, width] = shape;
  const hidden = (x) => {
    const h = g.dense(x, { units });
    return g.relu(normalized ? g.batchNorm(h) : h);
  };
  const initializer = { kind: 'heNormal', gain: outputGain };
  let image = g.dense(hidden(hidden(g.input('z', { shape: [latent] }))), {
    units: channels * height * width,
    ...(outputGain !== 1 && { initializer }),
  });
  if (outputNormalized) image = g.batchNorm(image);
  image = g.reshape(image, { shape });
  if (height > 1) image = g.tanh(image);
  const normal = spectral ? { spectralNorm: true } : {};
  let h = g.flatten(g.input('image', { shape: [channels * packing, height, width] }));
  for (let layer = 0; layer < 2; layer += 1) {
    h = g.leakyRelu(g.dense(h, { units, ...normal }));
    if (dropout > 0) h = g.dropout(h, { rate: dropout });
  }
  if (batchStatistics) h = g.minibatchStdDev(h);
  return {
    generator: g.graph({ image }),
    discriminator: g.graph({ logits: g.dense(h, { units: 1, ...normal }) }),
  };
}

/** Perceptrons for MNIST, whose images begin black and white. */
const saturated = { shape: [1, 28, 28], latent: 64, units: 256, outputGain: 1000 };

const adam = (learningRate) => ({ kind: 'adam', learningRate, betas: [0.9, 0.999] });

/** WGAN with one optimizer for both networks. */
const wgan = (optimizer) => ({
  recipe: 'wgan',
  batch: 64,
  model: { width: 16 },
  optimizers: { generator: optimizer, discriminator: optimizer },
});

/** DCGAN whose D has ten times the rate of G, and no batch norm. */
const againstStrong = (more = {}) => ({
  recipe: 'dcgan',
  batch: 64,
  model: { width: 16, discriminatorNorm: 'none' },
  ...more,
  optimizers: { discriminator: { learningRate: 2e-3 } },
});

/** Perceptrons on the grid, with a loss and the rates of G and D. */
const onGrid = (loss, generator, discriminator) => ({
  data: 'grid',
  networks: {},
  config: {
    recipe: 'perceptrons',
    loss: { kind: loss },
    batch: 256,
    optimizers: { generator: adam(generator), discriminator: adam(discriminator) },
  },
  images: 500_000,
});

/**
 * Each: the recipe, the data, the images shown, and what is tried alone or together. Five were expected to fail and did not, so
 * that nothing can help them: `strong-discriminator`, `wgan-fast`, `wgan-adam`, `grid` and `grid-minimax`.
 */
export const cases = {
  'keras-mnist': {
    title: 'networks of a Keras tutorial, none normalized, at an eighth of their width',
    config: { recipe: 'keras-mnist', batch: 64, model: { width: 8 } },
    images: 32_000,
    tried: {
      ...pick('batchNorm', 'betas', 'r1', 'r1-weak', 'gradientPenalty', 'relativistic-r1-r2'),
      ...pick('hinge', 'leastSquares', 'smoothing', 'diffAugment', 'packing', 'generatorSteps'),
      ttur: rates(1e-4, 4e-4),
      slow: rates(2e-5, 2e-5),
      'betas + rates': [...measures.betas, ...rates(2e-4, 2e-4)],
      ...join('batchNorm', 'betas'),
      ...join('batchNorm', 'r1'),
    },
    others: pickOthers('dcgan', 'sngan', 'r3gan'),
  },
  'keras-mnist-full': {
    title: 'the same networks at their full width',
    config: { recipe: 'keras-mnist', batch: 64 },
    images: 32_000,
    tried: pick('batchNorm', 'betas', 'r1'),
    others: { dcgan: { recipe: 'dcgan', batch: 64 } },
  },
  scarce: {
    title: 'DCGAN without normalization on 500 digits',
    config: {
      recipe: 'dcgan',
      batch: 64,
      model: { width: 16, generatorNorm: 'none', discriminatorNorm: 'none' },
    },
    few: 500,
    images: 32_000,
    tried: {
      ...pick('batchNorm', 'diffAugment', 'ada', 'r1', 'gradientPenalty', 'relativistic-r1-r2'),
      ...pick('hinge', 'packing', 'generatorSteps', 'smoothing'),
      fast: rates(1e-3, 1e-3),
      ...join('batchNorm', 'diffAugment'),
      ...join('batchNorm', 'ada'),
    },
    others: pickOthers('dcgan', 'sngan', 'r3gan'),
  },
  'wgan-fast': {
    title: 'WGAN at a learning rate of 5e-3, a hundred times its own',
    config: wgan({ learningRate: 5e-3 }),
    images: 32_000,
    tried: {
      slow: rates(5e-4, 5e-4),
      slower: rates(5e-5, 5e-5),
      'slow-generator': rates(5e-4, 5e-3),
      'slow-discriminator': rates(5e-3, 5e-4),
      ...pick('hinge', 'oneStep', 'generatorSteps'),
      gradientPenalty: [penalty(gradientPenalty), 'weightClipping=null'],
      r1: [penalty(r1), 'weightClipping=null'],
    },
    others: pickOthers('dcgan', 'wgan-gp'),
  },
  grid: {
    title: 'perceptrons on a grid of 25 Gaussians',
    ...onGrid('nonSaturating', 1e-3, 1e-3),
    tried: {
      ...pick('betas', 'betas0', 'r1', 'r1-weak', 'gradientPenalty', 'wasserstein-gradientPenalty'),
      ...pick('relativistic', 'relativistic-r1-r2', 'hinge', 'leastSquares', 'generatorSteps'),
      ...pick('smoothing', 'packing', 'ema'),
      slow: rates(1e-4, 1e-4),
      ttur: rates(1e-4, 4e-4),
    },
    /** What is no setting of a recipe, but another network. */
    rebuilt: {
      batchNorm: { normalized: true },
      spectralNorm: { spectral: true },
      minibatchStdDev: { batchStatistics: true },
    },
  },
  'grid-minimax': {
    title: 'the same with the minimax loss',
    ...onGrid('minimax', 1e-3, 1e-3),
    tried: {},
  },
  'grid-fast-generator': {
    title: 'perceptrons on the grid, whose generator has ten times the rate of its discriminator',
    ...onGrid('nonSaturating', 1e-3, 1e-4),
    tried: {
      'equal-rates': rates(1e-3, 1e-3),
      ttur: rates(1e-4, 4e-4),
      ...pick('packing', 'wasserstein-gradientPenalty', 'betas', 'r1', 'relativistic-r1-r2'),
    },
    rebuilt: {
      minibatchStdDev: { batchStatistics: true },
      dropout: { dropout: 0.3 },
      batchNorm: { normalized: true },
    },
  },
  'wgan-faster': {
    title: 'WGAN at a learning rate of 5e-2, a thousand times its own',
    config: wgan({ learningRate: 5e-2 }),
    images: 32_000,
    tried: {
      slow: rates(5e-3, 5e-3),
      slower: rates(5e-4, 5e-4),
      gradientPenalty: [penalty(gradientPenalty), 'weightClipping=null'],
      'slow-generator': rates(5e-4, 5e-2),
    },
  },
  'wgan-adam': {
    title: 'WGAN by Adam with momentum at 1e-2',
    config: wgan(adam(1e-2)),
    images: 32_000,
    tried: {},
  },
  'strong-discriminator-steps': {
    title: 'DCGAN without batch norm in D, of which it takes five steps at ten times the rate',
    config: againstStrong({ discriminatorSteps: 5 }),
    images: 96_000,
    tried: {
      'equal-rates': rates(2e-4, 2e-4),
      ...pick('r1', 'hinge', 'diffAugment'),
      discriminatorNorm: ['model.discriminatorNorm=batch'],
      'wasserstein-gradientPenalty': measures['wasserstein-gradientPenalty'],
    },
  },
  'saturated-output': {
    title:
      'perceptrons whose generator begins with outputs far outside of what its hyperbolic tangent passes on',
    networks: saturated,
    config: {
      recipe: 'perceptrons',
      loss: { kind: 'nonSaturating' },
      batch: 64,
      optimizers: { generator: adam(2e-4), discriminator: adam(2e-4) },
    },
    images: 32_000,
    tried: {
      ...pick('r1', 'gradientPenalty', 'hinge', 'leastSquares', 'relativistic-r1-r2', 'smoothing'),
      fast: rates(2e-3, 2e-3),
    },
    rebuilt: {
      gain: { ...saturated, outputGain: 1 },
      outputNorm: { ...saturated, outputNormalized: true },
      batchNorm: { ...saturated, normalized: true },
      'gain + batchNorm': { ...saturated, outputGain: 1, normalized: true },
    },
  },
  'strong-discriminator': {
    title: 'DCGAN whose discriminator has ten times the rate of its generator, and no batch norm',
    config: againstStrong(),
    images: 32_000,
    tried: {
      'equal-rates': rates(2e-4, 2e-4),
      ...pick('r1', 'gradientPenalty', 'hinge', 'leastSquares', 'relativistic-r1-r2'),
      ...pick('smoothing', 'diffAugment', 'ada', 'generatorSteps'),
      'fast-generator': rates(2e-3, 2e-3),
      'wasserstein-gradientPenalty': measures['wasserstein-gradientPenalty'],
    },
    others: pickOthers('dcgan', 'sngan'),
  },
  minimax: {
    title: 'the minimax loss against a discriminator with ten times the rate',
    config: againstStrong({ loss: { kind: 'minimax' } }),
    images: 32_000,
    tried: {
      ...pick('nonSaturating', 'r1', 'gradientPenalty', 'hinge', 'leastSquares', 'smoothing'),
      ...pick('relativistic-r1-r2', 'diffAugment', 'generatorSteps'),
      'equal-rates': rates(2e-4, 2e-4),
      ...join('nonSaturating', 'r1'),
    },
    others: pickOthers('sngan'),
  },
};

function pickOthers(...names) {
  return Object.fromEntries(names.map((name) => [name, others[name]]));
}

/** Trainings that go well: no warning may come. Short ones, for a warning comes early or late. */
export const healthy = {
  dcgan: { ...others.dcgan },
  'dcgan-batch-128': { recipe: 'dcgan', model: { width: 16 } },
  'dcgan-labels': { recipe: 'dcgan', batch: 64, model: { width: 16 }, classes: 10 },
  'gan-2014': { recipe: 'gan-2014' },
  wgan: { recipe: 'wgan', model: { width: 16 } },
  'wgan-gp': { ...others['wgan-gp'] },
  lsgan: { recipe: 'lsgan', model: { width: 16 } },
  sngan: { ...others.sngan },
  pacgan: { recipe: 'pacgan', model: { width: 16 } },
  cgan: { recipe: 'cgan' },
  acgan: { recipe: 'acgan', model: { generatorWidth: 24, discriminatorWidth: 8 } },
  r3gan: { ...others.r3gan },
  progan: { recipe: 'progan', batch: 32, model: { width: 8, maxWidth: 32 }, size: 32 },
  stylegan2: { recipe: 'stylegan2', model: { width: 8, maxWidth: 32 } },
  biggan: { recipe: 'biggan', model: { width: 8 } },
  mgan: { recipe: 'mgan', model: { width: 16, experts: 4 } },
};
