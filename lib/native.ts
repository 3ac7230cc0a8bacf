/**
 * The one contract between TypeScript and the C++ addon, and the one place that loads it.
 *
 * Every asynchronous method queues work on the native thread that its object owns, returns at once, and its promise
 * settles exactly once. Work on one object runs in the order it was queued.
 */

import { loadAddon } from './addon/load.js';
import { wrap } from './addon/wrap.js';
import type { NativeExtractor, NativeMetrics, TorchScriptOptions } from './native/measures.js';

export type * from './native/measures.js';

/** Versions and abilities of the native side, as `ganode doctor` prints them. */
export interface NativeInfo {
  /** Version of ganode that the addon was built from. */
  ganode: string;
  /** Version of libtorch that the addon was compiled against. */
  libtorchBuilt: string;
  /** Version of libtorch that is loaded. */
  libtorchLoaded: string;
  /** Path of the libtorch_cpu library that is loaded, or `''` where the platform does not tell. */
  libtorchPath: string;
  /** `'AVX512'`, `'AVX2'`, `'DEFAULT'`, … as ATen dispatches. */
  cpuCapability: string;
  /** Whether the processor has bfloat16 instructions (AVX512-BF16 or AMX), so that `precision: 'auto'` means `bf16`. */
  bf16: boolean;
  /**
   * Threads for one operator where none are asked for: as `OMP_NUM_THREADS` says, or else the processors that the process may
   * run on, at most as many as a control group's quota has time for.
   */
  threads: number;
  /**
   * Processors of the machine, those that the process may run on (affinity), and the processors' worth of time that its control
   * groups give it (`docker --cpus`), which may be a fraction; absent where there is no such limit.
   */
  processors: { machine: number; allowed: number; quota?: number };
  /** What runs libtorch's parallel regions: `'ganode'`, or `'libgomp'` with the reason in parentheses. */
  threadRuntime: string;
  /**
   * Whether libtorch has CUDA, whether a device answers, and how many. `whyNotRecorded`, where one answers: why steps are not
   * recorded there; empty where they can be.
   */
  cuda: { built: boolean; available: boolean; devices: number; whyNotRecorded?: string };
  /** Compiler that built the addon, and the C++ standard. */
  compiler: string;
}

/** One node of a graph, after shape inference. */
export interface NodeReport {
  name: string;
  op: string;
  /** Shape of the output without the batch dimension. */
  shape: number[];
  /** Trainable scalars. */
  parameters: number;
  /** Scalars that are saved but not trained (running statistics). */
  buffers: number;
  /** Multiply-adds for one item, forward. */
  multiplyAdds: number;
}

/** What `inspectGraph` finds without allocating a weight. */
export interface GraphReport {
  inputs: Record<string, number[]>;
  nodes: NodeReport[];
  outputs: Record<string, { node: string; shape: number[] }>;
  parameters: number;
  multiplyAdds: number;
}

/** What `inspectProcedure` finds. */
export interface ProcedureReport {
  /** A step in which all updates are due: a line for each instruction, below a line for each update. */
  plan: string;
  /** Numbers of the largest value, for the whole batch. */
  largestValue: number;
  /** Multiply-adds of the networks in a step in which all updates are due. Derivatives (`gradient`) are not counted. */
  multiplyAdds: number;
}

/** A named tensor as JavaScript sees it: contiguous, row-major. */
export interface TensorData {
  shape: number[];
  data: Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;
}

/** Steps of a recipe with one batch, until the next stage begins. */
export interface TimelineStage {
  /** Steps done before it. */
  firstStep: number;
  /** Real images shown before it. */
  firstImages: number;
  /** Images a batch. */
  batch: number;
  imagesPerStep: number;
}

/** Real data for `steps` steps: `steps × batchesPerStep × batch` items, C×H×W each. uint8 is scaled to [-1, 1]; float32 is taken as it is. */
export interface RunRequest {
  steps: number;
  images: Uint8Array | Float32Array;
  /** One class index an item; required when a graph has a `label` input, ignored otherwise. */
  labels?: Int32Array;
  /**
   * Latents in place of drawn ones, `n × latentSize`, in the order of use: one batch for every D forward pass, then one for
   * every G forward pass that does not reuse the last D-update's fakes; of autoencoders one for the noise of every encoding that draws,
   * and one for every draw from the prior. For proofs against other implementations.
   */
  latents?: Float32Array;
}

/** What came of a `run`: one row of numbers a step. */
export interface RunReport {
  /** Steps that were completed: fewer than asked for when the run was cancelled. */
  completed: number;
  /** Column names of `values`, those of `Metrics` (`lib/train/events.ts`): which there are follows from the recipe. */
  columns: string[];
  /** `completed × columns.length`, row-major; NaN for a penalty that was not due. */
  values: Float64Array;
  /** Seconds that the native thread worked on this run. */
  busySeconds: number;
  /** Seconds that the native thread had nothing to do since the end of the previous run (0 for the first). */
  idleSeconds: number;
}

/** What an event of a recording is, by its number there. */
export const profileKinds = ['step', 'phase', 'network', 'node', 'operator', 'backward'] as const;

/** Events of the steps that were recorded, in the order in which they began, as columns. */
export interface ProfileRecording {
  /** Counted from 1 since the very start; 0 where none was recorded. */
  firstStep: number;
  steps: number;
  /** Index into `profileKinds`. */
  kind: Int32Array;
  /** Index into `texts`. */
  name: Int32Array;
  /** Index into `texts`: shapes of an operator's inputs, the operator of a node; else `''`. */
  detail: Int32Array;
  texts: string[];
  thread: Int32Array;
  /** Index of the event around it, on the same thread; -1: none. */
  parent: Int32Array;
  /** Index of the event of the node it belongs to, of which it is a part or whose backward function it is; -1: none. */
  node: Int32Array;
  /** Microseconds from when the recording was asked for. */
  start: Float64Array;
  /** Microseconds. */
  duration: Float64Array;
  /** Microseconds, without the events inside it. */
  self: Float64Array;
}

/** A request for generated images. Exactly one of `count` and `latents` is given. */
export interface SampleRequest {
  count?: number;
  /** `n × latentSize` values in place of drawn ones. */
  latents?: Float32Array;
  /** Seed of the draw, 0 … 2^53 - 1. Sampling never touches the random state of training. Default 0. */
  seed?: number;
  /** Truncation ψ in (0, 1]: normal latents are redrawn until |z| <= 2ψ (BigGAN's truncation trick), or w is drawn to its average (StyleGAN2); absent, no truncation. */
  truncation?: number;
  /** One class index an image, for a generator with a `label` input. */
  labels?: Int32Array;
  /** The expert that every gate chooses, for a mixture of experts; absent, the gates choose. */
  expert?: number;
  /** Which output of the generator. Default `image`. */
  name?: string;
  /** Images per forward pass. Default 64. */
  batch?: number;
  /** `'uint8'`: [-1, 1] → [0, 255], rounded and clamped (default); `'float32'`: as generated. */
  output?: 'uint8' | 'float32';
  /** Averaged weights where there are any (default true). */
  ema?: boolean;
}

export interface SampleReport {
  /** n, then the shape of the generator's output without the batch dimension (C, H, W for images). */
  shape: number[];
  data: Uint8Array | Float32Array;
}

export interface SaveReport {
  bytes: number;
}

/** Header of a checkpoint file. */
export interface CheckpointReport {
  bytes: number;
  /** The safetensors `__metadata__`. */
  metadata: Record<string, string>;
  tensors: Record<string, { dtype: string; shape: number[]; bytes: number }>;
}

/** What became of the tensors of both networks, and of the average, when weights of another training were taken. */
export interface TransferReport {
  /** Tensors that fitted. */
  copied: number;
  /** These kept their first values: their shapes differ. */
  unfit: { name: string; expected: number[]; received: number[] }[];
  /** These kept their first values: the checkpoint has no such tensor. */
  missing: string[];
}

/** The networks of a recipe in training, on a native thread of their own. */
export interface NativeSession {
  /** Runs training steps. Resolves early, with what was completed, after `cancel()`. */
  run(request: RunRequest): Promise<RunReport>;
  /** Records `steps` of the coming steps, after `skip` others. Changes nothing of what they compute. */
  startProfile(request: { skip: number; steps: number }): Promise<void>;
  /** Ends recording, and gives what there is. */
  takeProfile(): Promise<ProfileRecording>;
  /** Samples the generator in evaluation mode. */
  sample(request: SampleRequest): Promise<SampleReport>;
  /** Writes everything that training needs to go on, atomically (temporary file, fsync, rename). `metadata` lands in the file's header. */
  save(path: string, metadata: Record<string, string>): Promise<SaveReport>;
  /** Takes everything back from a file that `save` wrote. Leaves the session as it was when the file is refused. */
  load(path: string): Promise<CheckpointReport>;
  /** Takes the weights that fit by name and shape from a checkpoint; optimizers and random state start anew. */
  transfer(path: string): Promise<TransferReport>;
  /** Copies of named tensors (`generator.<node>.weight`, `discriminator.…`, `ema.…`, `optimizer.generator.…`); all of them without `names`. */
  readTensors(names?: string[]): Promise<Record<string, TensorData>>;
  /** Overwrites named tensors; shapes must agree. */
  writeTensors(tensors: Record<string, TensorData>): Promise<void>;
  /** Asks the runs that are under way or queued to stop at the next step. Safe at any time. */
  cancel(): void;
  /** Cancels, waits for the thread, frees native memory. Later calls resolve at once. */
  dispose(): Promise<void>;
  /** Bytes of native memory held by weights, averages and optimizer state. */
  readonly bytes: number;
}

export interface NetworkRequest {
  /** n×… values by input name; `label` as Int32Array. */
  inputs: Record<string, TensorData>;
  /** Batch statistics and dropout as in training (default false). */
  training?: boolean;
  /** Also return d(sum of outputs × cotangents)/d(inputs and parameters). `cotangents` are by output name. */
  cotangents?: Record<string, TensorData>;
}

export interface NetworkReport {
  outputs: Record<string, TensorData>;
  /** By input name and parameter name; present when `cotangents` were given. */
  gradients?: Record<string, TensorData>;
}

/** One graph with weights, on a native thread of its own: for inference, and to look inside. */
export interface NativeNetwork {
  forward(request: NetworkRequest): Promise<NetworkReport>;
  /** Draws latents as `sample` would: count × latentSize values. */
  drawLatents(request: Pick<SampleRequest, 'count' | 'seed' | 'truncation'>): Promise<Float32Array>;
  sample(request: SampleRequest): Promise<SampleReport>;
  readTensors(names?: string[]): Promise<Record<string, TensorData>>;
  writeTensors(tensors: Record<string, TensorData>): Promise<void>;
  dispose(): Promise<void>;
  readonly bytes: number;
}

/** Images to encode: n×C×H×W, uint8 or float32 in [-1, 1]. */
export interface EncodeRequest {
  images: TensorData;
  /** Draws from the posterior in place of its mean (default false); a posterior without a density is always drawn from. */
  draw?: boolean;
  /** Of draws. Default 0. */
  seed?: number;
  /** Draws an image, for `bound`. Default 1. */
  samples?: number;
  /** Images per forward pass. Default 64. */
  batch?: number;
}

/** Terms of the evidence lower bound, one number an image: in nats, but for `squaredError`. */
export interface BoundReport {
  /** -log p(x|z). */
  reconstruction: TensorData;
  /** KL(q(z|x) ‖ p(z)); absent where the encoder's posterior has no density. */
  kl?: TensorData;
  /** Mean over the values of an image, on [-1, 1]. */
  squaredError: TensorData;
}

/** A trained encoder and its decoder, on a native thread of their own. */
export interface NativeAutoencoder {
  /** n × latentSize, as Float32Array. */
  encode(request: EncodeRequest): Promise<TensorData>;
  decode(request: SampleRequest): Promise<SampleReport>;
  /** Images as those that came: uint8 or float32. */
  reconstruct(request: EncodeRequest): Promise<SampleReport>;
  bound(request: EncodeRequest): Promise<BoundReport>;
  dispose(): Promise<void>;
  readonly bytes: number;
}

/** A graph with an input `image` and outputs `features` and `logits`, on a native thread of its own: training and use. */
export interface NativeClassifier {
  /**
   * One update a step, by cross-entropy, on `labels.length / steps` images each; returns the loss of each step in nats, of fewer
   * steps after `dispose()`.
   */
  train(request: {
    steps: number;
    images: Uint8Array | Float32Array;
    labels: Int32Array;
  }): Promise<Float64Array>;
  /** Of n×C×H×W images, in evaluation mode: n × size features and n × classes logits, as Float32Array. */
  classify(request: { images: TensorData }): Promise<{ features: TensorData; logits: TensorData }>;
  /** Writes the weights, atomically. `metadata` lands in the file's header. */
  save(path: string, metadata: Record<string, string>): Promise<SaveReport>;
  /** Takes weights from a file that `save` wrote. Leaves the classifier as it was when the file is refused. */
  load(path: string): Promise<CheckpointReport>;
  readTensors(names?: string[]): Promise<Record<string, TensorData>>;
  writeTensors(tensors: Record<string, TensorData>): Promise<void>;
  /** Stops training at its next step, waits for the thread, frees native memory. */
  dispose(): Promise<void>;
  readonly bytes: number;
}

export interface ClassifierOptions extends NetworkOptions {
  /** JSON of a recipe's optimizer. */
  optimizer: string;
  /** Training moves each image by up to so many pixels each way, repeating its edges. Default 0. */
  shift?: number;
}

export interface NetworkOptions {
  /** Seed of the initial weights and of dropout. Default 0. */
  seed?: number;
  /** Default: as many as ATen picks. */
  threads?: number;
  /** Default `'float32'`. */
  dtype?: 'float32' | 'float64';
  /** `'fp32'` (default), `'bf16'` or `'auto'`. */
  precision?: string;
  /** How `sample` draws: default `'normal'`. */
  latentDistribution?: 'normal' | 'uniform';
  device?: string;
}

/** A lock on a file. */
export interface NativeLock {
  /** `held` by this object; `taken` by another, of this process or of another; `unavailable` where there are no locks. */
  readonly state: 'held' | 'taken' | 'unavailable';
  /** The process that has taken it, as far as it is known. */
  readonly holder?: number;
  /** Gives it up and removes the file; later calls do nothing. It also ends with this object, and with the process. */
  release(): void;
}

/** Everything the addon exposes. */
export interface NativeAddon {
  info(): NativeInfo;
  /** Validates a GraphSpec (JSON) and infers its shapes, without allocating anything. Milliseconds; throws INVALID_GRAPH. */
  inspectGraph(graph: string): GraphReport;
  /** The plan of a recipe (JSON) with a procedure, without allocating a weight. Throws INVALID_OPTION or INVALID_GRAPH. */
  inspectProcedure(recipe: string): ProcedureReport;
  /** The steps of a resolved recipe (JSON), stage by stage; the last has no end. Throws INVALID_OPTION. */
  timeline(recipe: string): TimelineStage[];
  /** Tries to lock a file, which is made where it is missing. Never waits. */
  lockFile(path: string): NativeLock;
  /**
   * Builds the networks of a resolved recipe (JSON) and draws their first weights; or, of a checkpoint, takes all that `load` takes,
   * once the file is known to have weights for all networks, before any of these is made.
   */
  createSession(recipe: string, checkpoint?: string): Promise<NativeSession>;
  /** Builds one graph (JSON) with fresh weights. */
  createNetwork(graph: string, options: NetworkOptions): Promise<NativeNetwork>;
  /** Builds a classifier's graph (JSON) with fresh weights. */
  createClassifier(graph: string, options: ClassifierOptions): Promise<NativeClassifier>;
  /** Opens the generator of a checkpoint for sampling: its averaged weights where there are any and `ema` is not false. */
  openGenerator(
    path: string,
    options: NetworkOptions & { ema?: boolean; standingStatistics?: number },
  ): Promise<NativeNetwork>;
  /** Opens the encoder and the generator of a checkpoint. Throws CHECKPOINT_MISMATCH for one without an encoder. */
  openAutoencoder(
    path: string,
    options: NetworkOptions & { ema?: boolean; standingStatistics?: number },
  ): Promise<NativeAutoencoder>;
  createMetrics(options: { threads?: number }): Promise<NativeMetrics>;
  /** Opens a TorchScript file, which can run code: only what the user trusts. Throws INVALID_DATA where it is none. */
  openExtractor(options: TorchScriptOptions): Promise<NativeExtractor>;
  /** Reads and verifies a checkpoint's header and checksum, without building anything. */
  inspectCheckpoint(path: string): Promise<CheckpointReport>;
}

let addon: NativeAddon | undefined;

/** The addon, loaded on first use. Throws `GanodeError` with code `ADDON` when it cannot be. */
export function native(): NativeAddon {
  addon ??= wrap(loadAddon() as NativeAddon);
  return addon;
}
