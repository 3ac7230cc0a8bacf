// The addon of one's own build, loaded with libtorch's CUDA build where no GPU answers.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exportedSymbols, runPaths } from '../pack/elf.mjs';
import { projectDir } from '../paths.mjs';
import { librariesIn } from './fetched.mjs';
import { doctor, ganode, train } from './ganode.mjs';
import { whyNotOpened } from './opened.mjs';

const cli = join(projectDir, 'dist', 'cli', 'main.js');

/** CUDA is there, no device answers, and the library that records steps can be opened. */
export function recorder({ addon, build, cache, packedRecorder }) {
  const { cuda, libtorchLoaded } = doctor(cli, { GANODE_ADDON: addon });
  if (!cuda.built) throw new Error('doctor does not see that libtorch has CUDA');
  if (cuda.available || cuda.devices !== 0) throw new Error(`doctor sees ${cuda.devices} devices`);
  const preload = join(build, 'Release', 'preload.node');
  const libraries = librariesIn(cache);
  for (const [library, before] of [
    [join(build, 'Release', 'ganode_cuda.so'), []],
    [packedRecorder, libraries],
  ]) {
    const problem = whyNotOpened(library, { preload, before });
    if (problem) throw new Error(problem);
    if (!exportedSymbols(library).includes('ganode_make_cuda_recorder')) {
      throw new Error(`${library} makes no recorders`);
    }
  }
  const [folder] = runPaths(packedRecorder);
  if (folder) throw new Error(`${packedRecorder} has run path ${folder}`);
  return `libtorch ${libtorchLoaded} has CUDA, no device answers; ganode_cuda.so opens with all its symbols, packed as well`;
}

/** What asks for a GPU is refused in one line. */
export async function refused({ addon, build }) {
  // Only now: it was just built.
  const { exitCodes } = await import('../../dist/cli/exit.js');
  for (const device of ['cuda', 'cuda:1']) {
    const out = join(build, 'refused');
    const words = ['train', '--data', 'mnist', '--images', '64', '--device', device, '--out', out];
    const { code, stderr } = ganode(cli, words, { GANODE_ADDON: addon });
    const expected = `ganode: device '${device}': libtorch has CUDA, but no CUDA device answers\n`;
    if (code !== exitCodes.environment || stderr !== expected) {
      throw new Error(`--device ${device} ended with ${code} and ${JSON.stringify(stderr)}`);
    }
    if (existsSync(out)) throw new Error(`--device ${device} left ${out}`);
  }
  return `cuda and cuda:1 refused in one line, exit code ${exitCodes.environment}`;
}

/** The device that is taken by itself is the CPU. */
export function accepted({ addon, build }) {
  const { text, numbers } = train(cli, 'auto', build, { GANODE_ADDON: addon });
  if (!/, cpu, 1 thread$/m.test(text))
    throw new Error('training does not say that it uses the CPU');
  if (!Number.isFinite(numbers.generatorLoss)) throw new Error('there is no loss');
  return `${numbers.step} steps on the CPU, losses D ${numbers.discriminatorLoss.toFixed(4)} G ${numbers.generatorLoss.toFixed(4)}`;
}
