/** What happens in training, as `trainer.train()` yields it and `metrics.jsonl` and `--json` write it. */

import type { PenaltyOptions } from '../recipes/schema.js';
import type { TrainingFacts } from './about.js';
import type { Profile } from './profile.js';

/** Each penalty, before its weight; absent where it was not due. */
type Penalties = { [Name in PenaltyOptions['kind'] as `penalty.${Name}`]?: number };

/** For G's output `gate`: the mean weight of each of its experts, numbered from 0, so the share of fakes where it chooses one. */
type ExpertUse = { [expert: `expertUse.${number}`]: number };

/** Means over the steps since the last report. What a recipe does not have is absent. */
export interface Metrics extends Penalties, ExpertUse {
  /** What a procedure of one's own reports, by its columns. */
  [column: string]: number | undefined;
  /** The adversarial loss of D, without penalties. */
  discriminatorLoss?: number;
  generatorLoss?: number;
  /** The same of the encoder, where it is D's opponent. */
  encoderLoss?: number;
  /** Mean logit of D for real images, and for fakes; of an adversarial autoencoder, for the prior's codes, and the images'. */
  realLogit?: number;
  fakeLogit?: number;
  /** Share of real and fake images that D tells right, 0 … 1; its mistakes are the rest. Of pairs, for losses without a threshold. */
  discriminatorAccuracy?: number;
  /** Euclidean norm of the gradient of all weights together. */
  discriminatorGradientNorm?: number;
  generatorGradientNorm?: number;
  encoderGradientNorm?: number;
  /** Of autoencoders, in nats an image: the evidence lower bound, -(reconstruction + kl), without `beta`. */
  elbo?: number;
  /** -log p(x|z). */
  reconstruction?: number;
  /** KL(q(z|x) ‖ p(z)); of adversarial variational Bayes, as D estimates it. */
  kl?: number;
  /** -log p of D's features. */
  featureReconstruction?: number;
  /** How much the values of fakes vary within a batch, against real images': 1 is as much, near 0 is collapse. Needs batches of 2. */
  sampleDiversity?: number;
  /** Share of fakes (or pairs) of which D is surer than 99 %; for minimax, non-saturating and relativistic losses. */
  discriminatorSaturation?: number;
  /** Share of images whose class D's `classLogits` tell right. */
  realClassAccuracy?: number;
  fakeClassAccuracy?: number;
  /** Level of detail, where networks grow: doublings of the size still to come, between whole numbers while one fades in. */
  lod?: number;
  /** Share of fakes whose expert D's `expertLogits` tell right. */
  expertAccuracy?: number;
  /** With which an augmentation is applied, 0 … 1: ADA's p. */
  augmentProbability?: number;
}

/** Where training stands. */
export interface Position {
  /** Steps done since the very start. */
  step: number;
  /** Real images shown since the very start. */
  images: number;
  /** Passes over the data, with a fraction. */
  epoch: number;
}

/** Training begins. Where `step` is `totalSteps` already, a finished run was resumed and no step follows. */
export interface StartEvent extends Position, TrainingFacts {
  type: 'start';
  totalSteps: number;
  /** The checkpoint that training goes on from. */
  resumedFrom?: string;
}

export interface ProgressEvent extends Position {
  type: 'progress';
  totalSteps: number;
  metrics: Metrics;
  /** Real images a second since the last report. */
  imagesPerSecond: number;
  /** Share of the time since the last report that training waited for data, 0 … 1. */
  waitedShare: number;
  secondsLeft: number;
}

export interface EpochEvent extends Position {
  type: 'epoch';
}

export interface SamplesEvent extends Position {
  type: 'samples';
  path: string;
}

export interface CheckpointEvent extends Position {
  type: 'checkpoint';
  path: string;
  bytes: number;
  seconds: number;
}

/** Where the time of a step goes, once the steps to record are done or training ends. */
export interface ProfileEvent extends Position {
  type: 'profile';
  /** Trace in the run directory, where there is one. */
  path?: string;
  profile: Profile;
}

export interface WarningEvent extends Position {
  type: 'warning';
  /** What it is about: the data, what a resumed training does otherwise than before, what was transferred, or signs of training going wrong. */
  kind: 'data' | 'resume' | 'transfer' | 'profile' | 'collapse' | 'saturation' | 'gradient';
  message: string;
}

export interface EndEvent extends Position {
  type: 'end';
  reason: 'completed' | 'aborted';
  seconds: number;
  /** Real images a second over the whole call, checkpoints and samples included. */
  imagesPerSecond: number;
  /** Share of the whole time that training waited for data. */
  waitedShare: number;
}

export type TrainEvent =
  | StartEvent
  | ProgressEvent
  | EpochEvent
  | SamplesEvent
  | CheckpointEvent
  | ProfileEvent
  | WarningEvent
  | EndEvent;
