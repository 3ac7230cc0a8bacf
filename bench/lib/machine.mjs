// What the numbers were measured on.
import { cpus, platform, release, totalmem } from 'node:os';
import { native } from '../../dist/native.js';

export function describeMachine(threads) {
  const { ganode, libtorchLoaded, cpuCapability, bf16 } = native().info();
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    threads,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    instructions: `${cpuCapability}${bf16 ? ' with bfloat16' : ''}`,
    versions: { ganode, libtorch: libtorchLoaded, node: process.versions.node },
  };
}

export function formatMachine(machine) {
  const { date, processor, cores, threads, memoryGiB, system, instructions, versions } = machine;
  return [
    `${date}: ${processor}, ${cores} cores, ${instructions}, ${memoryGiB} GiB, ${system}; ${threads} threads each`,
    formatVersions(versions),
  ].join('\n');
}

export function formatVersions(versions) {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
