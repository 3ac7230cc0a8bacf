// Python with what a peer needs: a virtual environment in the cache, filled once through pip.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { cacheDir } from '../../scripts/paths.mjs';

/** The CPU build of PyTorch has an index of its own; a mirror may have it under either name. */
const torchIndex = 'https://download.pytorch.org/whl/cpu';

const environments = {
  torch: {
    folder: 'torch-2.13.0',
    variable: 'GANODE_PYTHON',
    attempts: [
      ['torch==2.13.0+cpu', 'numpy', '--extra-index-url', torchIndex],
      ['torch==2.13.0', 'numpy'],
    ],
    check: 'import torch',
  },
  /** PyPI's wheel for Linux has CUDA. */
  torchWithCuda: {
    folder: 'torch-2.13.0-cuda',
    variable: 'GANODE_PYTHON',
    attempts: [['torch==2.13.0', 'numpy']],
    check: 'import torch',
  },
  tensorflow: {
    folder: 'tensorflow-2.21.0',
    variable: 'GANODE_TENSORFLOW_PYTHON',
    attempts: [['tensorflow-cpu==2.21.0'], ['tensorflow==2.21.0']],
    check: 'import tensorflow, keras',
  },
};

const found = new Map();

/** The interpreter for `torch`, `torchWithCuda` or `tensorflow`. Throws one line where it cannot be had. */
export function findPython(name) {
  if (!found.has(name)) found.set(name, prepare(environments[name]));
  return found.get(name);
}

/** The version of the PyTorch that runs on a GPU, or why there is none. */
export async function torchVersion() {
  try {
    const python = await findPython('torchWithCuda');
    const program = 'import torch; print(torch.__version__)';
    return spawnSync(python, ['-c', program], { encoding: 'utf8' }).stdout.trim();
  } catch (error) {
    return `left out (${error.message})`;
  }
}

async function prepare({ folder, variable, attempts, check }) {
  const named = process.env[variable];
  if (named) {
    const run = spawnSync(named, ['-c', check], { encoding: 'utf8' });
    if (run.status === 0) return named;
    throw new Error(`${variable} is ${named}, where this fails: ${check}`);
  }
  const dir = join(cacheDir(), 'bench', folder);
  const bin = platform() === 'win32' ? join('Scripts', 'python.exe') : join('bin', 'python');
  const python = join(dir, bin);
  const complete = join(dir, 'complete');
  if (existsSync(complete)) return python;
  if (existsSync(python) && spawnSync(python, ['-c', check]).status === 0) {
    writeFileSync(complete, '');
    return python;
  }
  console.log(`Installing ${attempts[0][0]} into ${dir} …`);
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  must('python3', ['-m', 'venv', dir]);
  install(python, attempts);
  must(python, ['-c', check]);
  writeFileSync(complete, '');
  return python;
}

function install(python, attempts) {
  const pip = ['-m', 'pip', 'install', '--quiet', '--retries', '0', '--disable-pip-version-check'];
  for (const [i, packages] of attempts.entries()) {
    const run = spawnSync(python, [...pip, ...packages], { encoding: 'utf8' });
    if (run.status === 0) return;
    if (i === attempts.length - 1) throw failure(`pip install ${packages[0]}`, run);
  }
}

function must(command, args) {
  const run = spawnSync(command, args, { encoding: 'utf8' });
  if (run.status !== 0) throw failure(`${command} ${args.join(' ')}`, run);
}

function failure(what, { error, stderr }) {
  const lines = (error?.message ?? stderr ?? '').trim().split('\n');
  return new Error(`${what}: ${lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1)}`);
}
