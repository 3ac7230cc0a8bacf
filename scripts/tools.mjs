// What a build from source needs of the machine.
import { spawnSync } from 'node:child_process';

const works = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;

/** One line for each tool that is missing. */
export function missingTools() {
  const missing = [];
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 17)) {
    missing.push(`Expected Node 20.17 or newer but this is ${process.version}`);
  }
  if (!works('cmake')) {
    missing.push('Expected CMake (3.21 or newer) on PATH; install the package cmake');
  }
  const isWindows = process.platform === 'win32';
  const compilers = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'];
  // On Windows CMake finds Visual Studio itself.
  if (!isWindows && !compilers.some(works)) {
    missing.push('Expected a C++20 compiler on PATH; install g++ (11 or newer) or clang++');
  }
  return missing;
}
