// Builds and runs the C++ tests of the core, which knows nothing of Node, on the core as the addon has it.
//
//   npm run test:native
import { buildCoreTest } from './build-core-test.mjs';
import { buildNative } from './build-native.mjs';
import { run } from './run.mjs';

await buildNative();
run(buildCoreTest(), []);
