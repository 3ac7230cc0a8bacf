// Builds and runs the C++ tests of the core, which knows nothing of Node.
//
//   npm run test:native       on the core as the addon has it, in the addon's build folder
//   npm run test:sanitize     with AddressSanitizer and UndefinedBehaviorSanitizer, in a build folder of its own
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buildNative } from './build-native.mjs';
import { findLibtorch } from './libtorch.mjs';
import { run } from './run.mjs';

const sanitize = process.argv.includes('--sanitize');
const dir = sanitize ? join('build', 'sanitize') : 'build';
if (sanitize) {
  const libtorch = await findLibtorch({ log: (line) => console.error(line) });
  // Sanitizers want line numbers; the tests themselves need no speed.
  const options = ['-DCMAKE_BUILD_TYPE=RelWithDebInfo', '-DGANODE_SANITIZE=ON'];
  run('cmake', ['-S', '.', '-B', dir, `-DGANODE_LIBTORCH=${libtorch}`, ...options]);
} else {
  await buildNative();
}
run('cmake', [
  '--build',
  dir,
  '--target',
  'ganode_core_test',
  '--parallel',
  String(availableParallelism()),
]);
// libtorch keeps what it made for the life of the process: not a leak of ours.
const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0', UBSAN_OPTIONS: 'print_stacktrace=1' };
run(join(dir, 'ganode_core_test'), [], { env });
