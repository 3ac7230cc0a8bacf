// What the numbers were measured on.
import { cpus, platform, release, totalmem } from 'node:os';
import { native } from '../../dist/native.js';
import { describeGpu, isGpu } from './device.mjs';
import { torchVersion } from './python.mjs';

/** With a GPU also what it is, its driver, and the version of PyTorch. */
export async function describeMachine({ threads, device }) {
  const { ganode, libtorchLoaded, cpuCapability, bf16 } = native().info();
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    threads,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    instructions: `${cpuCapability}${bf16 ? ' with bfloat16' : ''}`,
    ...(isGpu(device) && { gpu: { device, ...describeGpu(device) } }),
    versions: {
      ganode,
      libtorch: libtorchLoaded,
      ...(isGpu(device) && { PyTorch: await torchVersion() }),
      node: process.versions.node,
    },
  };
}

export function formatMachine(machine) {
  const { date, processor, cores, threads, memoryGiB, system, instructions, gpu, versions } =
    machine;
  return [
    `${date}: ${processor}, ${cores} cores, ${instructions}, ${memoryGiB} GiB, ${system}; ${threads} threads each`,
    ...(gpu ? formatGpu(gpu) : []),
    formatVersions(versions),
  ].join('\n');
}

function formatGpu({
  device,
  name = 'a GPU of which nvidia-smi tells nothing',
  driver = 'unknown',
}) {
  return [
    `${device}: ${name}, driver ${driver}`,
    "fp32 with TF32 as libtorch and PyTorch have it by default: in cuDNN's convolutions, and not in matrix products",
  ];
}

export function formatVersions(versions) {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
