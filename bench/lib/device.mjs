// The device that all contenders run on: whether it answers, what it is, and what it can do.
import { spawnSync } from 'node:child_process';
import { native } from '../../dist/native.js';
import { setting } from './networks.mjs';

export const isGpu = (device) => device !== 'cpu';

/** Throws ganode's own refusal, of one line, where the device does not answer. */
export async function requireDevice(device) {
  if (!isGpu(device)) return;
  // PyTorch and nvidia-smi number GPUs alike only in this order.
  process.env.CUDA_DEVICE_ORDER ??= 'PCI_BUS_ID';
  const { recipe } = setting({ recipe: 'gan-2014', batch: 1, device }, [1, 8, 8]);
  const session = await native().createSession(JSON.stringify(recipe));
  await session.dispose();
}

const asked = new Map();

/** Name, driver and compute capability (9 for 9.0) of a GPU, as nvidia-smi tells them; undefined where it does not. */
export function describeGpu(device) {
  if (!asked.has(device)) asked.set(device, askNvidia(device));
  return asked.get(device);
}

function askNvidia(device) {
  const number = Number(device.split(':')[1] ?? 0);
  const visible = process.env.CUDA_VISIBLE_DEVICES?.split(',');
  const query = '--query-gpu=name,driver_version,compute_cap';
  const args = [query, '--format=csv,noheader', `--id=${visible?.[number] ?? number}`];
  const { status, stdout } = spawnSync('nvidia-smi', args, { encoding: 'utf8' });
  return status === 0 ? parseGpu(stdout) : undefined;
}

/** @param line As nvidia-smi prints it: `NVIDIA H100 80GB HBM3, 580.95.05, 9.0`. */
export function parseGpu(line) {
  const [name, driver, capability] = line.trim().split(', ');
  return { name, driver, capability: Number(capability) };
}

/**
 * Throws one line where the device has no instructions for bfloat16: it is emulated then, on a processor 30 times as slow as float,
 * which nobody would use, or wait for.
 */
export function requireBfloat16(device) {
  if (!isGpu(device)) {
    if (!native().info().bf16) throw new Error('this processor has no bfloat16 arithmetic');
    return;
  }
  const gpu = describeGpu(device);
  // Ampere's is 8.0. One that nobody tells the capability of is tried.
  if (gpu?.capability < 8) throw new Error(`${gpu.name} has no bfloat16 arithmetic`);
}
