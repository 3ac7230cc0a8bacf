/**
 * GraphSpec: an architecture as plain JSON. TypeScript builds it, C++ (`native/graph`) turns it into a module,
 * checkpoints carry it beside the weights. Shapes never include the batch dimension; images are C×H×W.
 */

/** Weight initializations. Fans are counted as in Keras and PyTorch (receptive field × channels). */
export type InitializerKind =
  | 'zeros'
  | 'ones'
  | 'constant'
  | 'normal'
  | 'uniform'
  | 'glorotUniform'
  | 'glorotNormal'
  | 'heUniform'
  | 'heNormal'
  | 'orthogonal';

export type Initializer =
  | InitializerKind
  | {
      kind: InitializerKind;
      /** `normal`: default 0. */
      mean?: number;
      /** `normal`: default 0.02 (DCGAN). */
      std?: number;
      /** `uniform`: default ±0.05. */
      low?: number;
      high?: number;
      /** `constant`. */
      value?: number;
      /** Multiplies the spread of the random kinds, and `ones`; `zeros` and `constant` have none. Default 1. */
      gain?: number;
    };

/** A whole number for both directions, or [height, width]. */
export type Pair = number | readonly [number, number];
/** `'same'` is TensorFlow's: conv2d gives ceil(input / stride), convTranspose2d gives input × stride. */
export type Padding = 'same' | Pair;

/** One operator applied to earlier values. Attributes stand beside the fixed fields. */
export interface NodeSpec {
  /** Unique; letters, digits, `_` and `-`. Parameters are named `<name>.weight`, `<name>.bias`, … in checkpoints. */
  name: string;
  op: string;
  /** Names of graph inputs or of earlier nodes. */
  inputs: string[];
  /** The node's weights stay as they are in training. */
  frozen?: boolean;
  [attribute: string]: unknown;
}

/** `shape`: real values; `classes`: one class index an item. */
export type InputSpec = { shape: number[] } | { classes: number };

export interface GraphSpec {
  version: 1;
  inputs: Record<string, InputSpec>;
  /** In execution order. */
  nodes: NodeSpec[];
  /** Output name → node (or input) name. A generator has `image`, a discriminator has `logits`. */
  outputs: Record<string, string>;
}
