/** What happens in training, as `trainer.train()` yields it and `metrics.jsonl` and `--json` write it. */

/** Means over the steps since the last report. */
export interface Metrics {
  /** Binary cross-entropy of D on real and fake, summed. */
  discriminatorLoss: number;
  generatorLoss: number;
  /** Mean logit of D for real images, and for fakes. */
  realLogit: number;
  fakeLogit: number;
  /** Share of real and fake images that D tells right, 0 … 1. */
  discriminatorAccuracy: number;
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

export interface StartEvent extends Position {
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

export interface WarningEvent extends Position {
  type: 'warning';
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
  | WarningEvent
  | EndEvent;
