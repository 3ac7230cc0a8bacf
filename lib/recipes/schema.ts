/** The schema of a resolved recipe: plain data from which a run can be repeated exactly. Native code reads the same JSON. */
import { z } from 'zod';
import { type DeviceName, defaultDevice, deviceForms, isDeviceName } from '../device.js';
import type { GraphSpec } from '../graph/spec.js';
import { ranges } from '../ranges.js';
import { augmentSchema } from './augment.js';
import { autoencodingSchema } from './autoencoding.js';
import { growingSchema } from './growing.js';
import { aboveZero, fromZero } from './number.js';
import { lossSchema, penaltySchema } from './objective.js';
import { procedureSchema } from './procedure.js';
import { scheduled } from './scheduled.js';
import { isObject } from './validate.js';

export type { ImageShape } from '../models/image-shape.js';

const positiveInteger = z.int().min(1);
/** May begin or end at 0. */
const rate = scheduled(aboveZero.max(10), fromZero.max(10));
const beta = scheduled(z.number().min(0).lt(1));

/** Optimizers. Defaults are PyTorch's, except where a paper's recipe says otherwise. */
export const optimizerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['adam', 'adamW']),
    learningRate: rate,
    betas: z.tuple([beta, beta]).default([0.9, 0.999]),
    epsilon: aboveZero.default(1e-8),
    weightDecay: fromZero.default(0),
  }),
  z.strictObject({
    kind: z.literal('rmsprop'),
    learningRate: rate,
    /** Smoothing of the squared gradient. */
    alpha: z.number().min(0).lt(1).default(0.99),
    epsilon: aboveZero.default(1e-8),
    momentum: z.number().min(0).lt(1).default(0),
    weightDecay: fromZero.default(0),
  }),
  z.strictObject({
    kind: z.literal('adagrad'),
    learningRate: rate,
    epsilon: aboveZero.default(1e-10),
    weightDecay: fromZero.default(0),
  }),
  z.strictObject({
    kind: z.literal('sgd'),
    learningRate: rate,
    momentum: z.number().min(0).lt(1).default(0),
    nesterov: z.boolean().default(false),
    weightDecay: fromZero.default(0),
  }),
]);

/**
 * Exponential moving average of G's weights: by `decay` a step, or by `halfLife` in images. With `rampUp` (StyleGAN2 has 0.05) the
 * half-life is at most that share of the images shown, so that the first weights are soon forgotten.
 */
export const emaSchema = z.union([
  z.strictObject({ decay: z.number().gt(0).lt(1) }),
  z.strictObject({
    halfLife: scheduled(fromZero),
    rampUp: aboveZero.nullable().default(null),
  }),
]);

/** Layers that stay as they are: the first so many with weights (Freeze-D, Mo et al. 2020: those near the image), or by name. */
const freezeSchema = z.union([z.int().min(0).max(1000), z.array(z.string())]).default(0);

export const imageSchema = z.strictObject({
  channels: z.int().min(1).max(4),
  height: z.int().min(1).max(4096),
  width: z.int().min(1).max(4096),
});

/** The outline only: the native side checks a graph in full, and names the node. */
const graphSchema = z.custom<GraphSpec>(
  (value) =>
    isObject(value) &&
    isObject(value['inputs']) &&
    Object.values(value['inputs']).every(isObject) &&
    Array.isArray(value['nodes']) &&
    value['nodes'].every((node) => isObject(node) && Array.isArray(node['inputs'])) &&
    isObject(value['outputs']),
  'expected a GraphSpec (version, inputs, nodes, outputs)',
);

export const recipeSchema = z.strictObject({
  version: z.literal(1),
  /** Name of the recipe that made this one. */
  recipe: z.string(),
  image: imageSchema,
  /** Number of classes of a conditional model; 0 for none. */
  classes: z.int().min(0).default(0),
  /** Follows from the generator's input z. */
  latentSize: positiveInteger.max(65536),
  latentDistribution: z.enum(['normal', 'uniform']).default('normal'),
  /** The options that `models` were built from (width and such); free of meaning for the native side. */
  model: z.record(z.string(), z.unknown()).default({}),
  /** Which there are follows from the training procedure: a GAN's are `generator` and `discriminator`. */
  models: z.strictObject({
    generator: graphSchema,
    discriminator: graphSchema.optional(),
    encoder: graphSchema.optional(),
  }),
  /** Of the discriminator and its opponent; absent where there is none, or the procedure has its own. */
  loss: lossSchema.optional(),
  /** The training procedure, where it is not the plain adversarial step: an encoder, with the generator as its decoder. */
  autoencoding: autoencodingSchema.nullable().default(null),
  /** A training procedure of the recipe's own (docs/procedures.md), in the place of the settings that say what the built-in ones do. */
  procedure: procedureSchema.nullable().default(null),
  /** Added to the loss; of several, each stands for itself. */
  penalties: z.array(penaltySchema).default([]),
  /** Every weight of D is kept within ± this (Arjovsky et al. 2017); null: free. */
  weightClipping: aboveZero.nullable().default(null),
  /** Images that D sees at once, as the channels of one (PacGAN, Lin et al. 2018); divides the batch. */
  packing: positiveInteger.max(64).default(1),
  optimizers: z.strictObject({
    generator: optimizerSchema,
    discriminator: optimizerSchema.optional(),
    encoder: optimizerSchema.optional(),
  }),
  /** D-updates, then G-updates, in one step. */
  discriminatorSteps: positiveInteger.max(100).default(1),
  generatorSteps: positiveInteger.max(100).default(1),
  /**
   * G's update after D's (`alternating`), or together with D's last, both from the same weights: one forward and backward pass of D
   * on the fakes then serves both (Shen et al. 2021, "Training GANs in One Stage"). The latter wants a D that does not mix the
   * samples of a batch (no batch norm, minibatch statistics), without class logits, and one G-update a step.
   */
  update: z.enum(['alternating', 'simultaneous']).default('alternating'),
  /** Items a forward pass. */
  batch: positiveInteger.max(65536),
  /** Forward passes whose gradients are averaged for one update. */
  accumulation: positiveInteger.max(1024).default(1),
  ema: emaSchema.nullable().default(null),
  /** Networks that grow while they train; null: they are whole from the start. */
  growing: growingSchema.nullable().default(null),
  /** What D sees of real images and fakes alike; G learns through it. */
  augment: augmentSchema.nullable().default(null),
  /** Layers whose weights stay, for transfer from a checkpoint. */
  freeze: z
    .strictObject({ generator: freezeSchema, discriminator: freezeSchema, encoder: freezeSchema })
    .prefault({}),
  precision: z.enum(['fp32', 'bf16', 'auto']).default('fp32'),
  /**
   * What a GPU may compute in TF32, whose products have ten bits of a float's 23 and are several times as fast; PyTorch's default.
   * The CPU has no such choice.
   */
  tf32: z.enum(['convolutions', 'all', 'none']).default('convolutions'),
  /**
   * Only algorithms that give the same bits each time, on a GPU; slower, and an operator that has none fails. Without it cuDNN
   * tries several for each shape and keeps the fastest. On the CPU every training repeats bit for bit anyway.
   */
  deterministic: z.boolean().default(false),
  device: z.custom<DeviceName>(isDeviceName, `expected ${deviceForms}`).default(defaultDevice),
  /** Threads for one operator; null: as many as ATen picks. Bit-identical repetition needs the same number. */
  threads: positiveInteger.max(ranges.threads.most).nullable().default(null),
  seed: z.int().min(0).default(42),
  /** Horizontal flips of the real images, each with probability one half. */
  flip: z.boolean().default(false),
  /** How long to train: passes over the data, or real images shown (a step may straddle the end). */
  duration: z.union([
    z.strictObject({ epochs: aboveZero.max(1e9) }),
    z.strictObject({ images: positiveInteger }),
  ]),
  /** Steps between reports (metrics.jsonl, TensorBoard, events). */
  reportEvery: positiveInteger.default(10),
  /** Steps between checkpoints (null: one an epoch), and how many to keep (null: all). The last step always has one. */
  checkpoint: z
    .strictObject({
      every: positiveInteger.nullable().default(null),
      keep: positiveInteger.nullable().default(3),
    })
    .prefault({}),
  /** Steps between sample grids (null: one an epoch), and images a grid. */
  samples: z
    .strictObject({
      every: positiveInteger.nullable().default(null),
      count: positiveInteger.max(1024).default(64),
    })
    .prefault({}),
});

/** A resolved recipe. */
export type Recipe = z.infer<typeof recipeSchema>;
/** The same before defaults are filled in. */
export type RecipeInput = z.input<typeof recipeSchema>;
export type { AutoencodingOptions } from './autoencoding.js';
export type { GrowingOptions } from './growing.js';
export type { LossOptions, PenaltyOptions } from './objective.js';
export type OptimizerOptions = z.infer<typeof optimizerSchema>;
export type EmaOptions = z.infer<typeof emaSchema>;
