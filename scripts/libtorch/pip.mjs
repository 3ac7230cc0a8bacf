// Wheels through pip, and whatever mirror it is set up with. pip holds what it fetches against its index's checksums.
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

export const pipCommands = [['python3', '-m', 'pip'], ['pip3'], ['pip']];

/** The newest glibc (2.28) whose wheels are taken; libtorch's own ask for it. */
const newest = 28;

/**
 * Names of a processor's wheels for Linux, from the newest. pip takes for a platform what is named exactly so, and wheels that
 * are needed together are made for different glibc: torch's for 2.28, cuDNN's for 2.27, NCCL's for 2.18.
 */
function manylinux(processor, oldest) {
  const names = [];
  for (let glibc = newest; glibc >= oldest; glibc -= 1) names.push(`manylinux_2_${glibc}`);
  // The older name; pip itself adds still older ones to it.
  names.push('manylinux2014');
  const platforms = names.flatMap((name) => ['--platform', `${name}_${processor}`]);
  return ['--python-version', '3.11', '--implementation', 'cp', ...platforms];
}

/** For other platforms pip takes the wheels of the Python that runs it. */
const wheelsOf = {
  'linux-x64': manylinux('x86_64', 5),
  'linux-arm64': manylinux('aarch64', 17),
};

/**
 * Downloads requirements into `dir`; returns the paths of all wheels there. `args`: more arguments of pip. Throws what each
 * command said.
 */
export async function pipDownload(
  requirements,
  dir,
  { commands = pipCommands, platform, args = [] },
) {
  const failures = [];
  for (const [command, ...first] of commands) {
    const all = [...first, 'download', ...args, '--only-binary=:all:', '--retries', '0'];
    all.push('--timeout', '30', '--disable-pip-version-check', '--progress-bar', 'off');
    all.push(...(wheelsOf[platform] ?? []), '--dest', dir, ...requirements);
    const problem = await run(command, all);
    if (problem === undefined) {
      const names = await readdir(dir);
      return names.filter((name) => name.endsWith('.whl')).map((name) => join(dir, name));
    }
    failures.push(`${command}: ${problem}`);
  }
  throw new Error(failures.join('; '));
}

/** The last line of what the command complained of; undefined where all went well. */
async function run(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  return await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) =>
      resolve(code === 0 ? undefined : (said.trim().split('\n').at(-1) ?? '')),
    );
  });
}
