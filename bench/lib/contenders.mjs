// Who runs a setting: a command to start, and the config that it is given. What is measured of it is the work's affair
// (`measures.mjs`).
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isGpu, requireBfloat16 } from './device.mjs';
import { findPython } from './python.mjs';
import { findTfjs } from './tfjs.mjs';

const peers = fileURLToPath(new URL('../peers/', import.meta.url));

const node = (file, ...args) => ({ command: process.execPath, args: [join(peers, file), ...args] });

async function python(environment, file, env = {}) {
  const command = await findPython(environment);
  return { command, args: ['-u', join(peers, file)], env };
}

/**
 * ganode's native session. `over` is laid over the recipe's config (`{ precision: 'bf16' }`); `mode`: `train` or `sample`; `record`:
 * whether steps are recorded, where the device can.
 */
export function ganode(setting, over = {}, { mode = 'train', record = true } = {}) {
  const config = { ...setting, config: { ...setting.config, ...over }, mode };
  const launch = () => {
    if (config.config.precision === 'bf16') requireBfloat16(config.config.device);
    return node('ganode.mjs');
  };
  return { launch, config, ...(!record && { env: { GANODE_RECORD: '0' } }) };
}

/** ganode as users train with it: through `Trainer`, from a folder of images or from memory. */
export function trainer(setting, { folder, streamed = false, ...options } = {}) {
  const launch = () => {
    if (setting.config.precision === 'bf16') requireBfloat16(setting.config.device);
    return node('trainer.mjs');
  };
  return {
    launch,
    config: { ...setting, folder, streamed },
    ...options,
  };
}

/** How PyTorch trains: as in its official DCGAN example. */
const usual = {
  channelsLast: false,
  freezeDiscriminator: false,
  fusedOptimizer: false,
  bfloat16: false,
  compile: null,
  graph: false,
};
/** What ganode does too. */
const tricks = { channelsLast: true, freezeDiscriminator: true, fusedOptimizer: true };

export const torchVariants = {
  usual,
  tricks: { ...usual, ...tricks },
  tricksBf16: { ...usual, ...tricks, bfloat16: true },
  compiled: { ...usual, compile: 'default' },
  /** On a GPU only, as the one below. */
  reduceOverhead: { ...usual, fusedOptimizer: true, compile: 'reduce-overhead' },
  graph: { ...usual, ...tricks, graph: true },
  graphBf16: { ...usual, ...tricks, bfloat16: true, graph: true },
};

function requireGpu({ graph, compile }, device) {
  if (isGpu(device)) return;
  if (graph) throw new Error('torch.cuda.graph records on a GPU only');
  if (compile === 'reduce-overhead') throw new Error('reduce-overhead records on a GPU only');
}

/** PyTorch. `script`: what of `peers/torch_*.py`. */
export function torch(setting, variant = usual, script = 'train') {
  // One process that compiles, in place of a pool that would lie about over the others' turns.
  const env = { TORCHINDUCTOR_COMPILE_THREADS: '1' };
  const { device } = setting.recipe;
  const launch = () => {
    requireGpu(variant, device);
    if (variant.bfloat16) requireBfloat16(device);
    return python(isGpu(device) ? 'torchWithCuda' : 'torch', `torch_${script}.py`, env);
  };
  return { launch, config: { ...setting, variant } };
}

/** Keras' layers in a `tf.function`. `simultaneous`: one pass of D on fakes for both players, as TensorFlow's tutorial. */
export function keras(setting, { simultaneous = false } = {}) {
  const env = { TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1' };
  return {
    launch: () => python('tensorflow', 'keras_train.py', env),
    config: { ...setting, variant: { simultaneous } },
  };
}

/** TensorFlow.js, the package for every platform. It is so slow that one step of few images, once, has to do. */
export function tfjs(setting, { batch }) {
  return {
    launch: () => node('tfjs.mjs', findTfjs()),
    config: { ...setting, recipe: { ...setting.recipe, batch } },
    once: true,
  };
}
