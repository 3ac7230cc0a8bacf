// Builds and runs the C++ tests of the core, which knows nothing of Node.
//
//   npm run test:native       as the addon is built
//   npm run test:sanitize     with AddressSanitizer and UndefinedBehaviorSanitizer, in a build folder of its own
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { findLibtorch } from './libtorch.mjs';
import { run } from './run.mjs';

const sanitize = process.argv.includes('--sanitize');
const dir = join('build', sanitize ? 'sanitize' : 'core');
const libtorch = await findLibtorch({ log: (line) => console.error(line) });
const options = [`-DGANODE_LIBTORCH=${libtorch}`, `-DGANODE_SANITIZE=${sanitize ? 'ON' : 'OFF'}`];
// Sanitizers want line numbers; the tests themselves need no speed.
const type = sanitize ? 'RelWithDebInfo' : 'Release';
run('cmake', ['-S', '.', '-B', dir, `-DCMAKE_BUILD_TYPE=${type}`, ...options]);
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
