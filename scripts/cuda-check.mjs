// Compiles and links everything for CUDA, and holds on a machine without a GPU what can be held there: that nothing compiled
// depends on CUDA but the library that records steps, so that one addon goes with both builds of libtorch; that all of it
// loads; that what needs a GPU is refused in words; and that the prebuilt addon takes the CUDA build that `ganode setup --cuda`
// fetches. Each step prints a line; the first that fails ends it with exit code 1. For Linux, with Ninja and binutils; it
// fetches gigabytes once, and compiles in build/cuda-check, which takes minutes. Where there is a GPU, it is hidden.
//
//   npm run check:cuda
//   npm run check:cuda -- --libtorch-version 2.13.0     for the version of libtorch that the packages have
import { parseArgs } from 'node:util';
import { build } from './cuda-check/build.mjs';
import { symbols, variants } from './cuda-check/evidence.mjs';
import { fetched } from './cuda-check/fetched.mjs';
import { accepted, recorder, refused } from './cuda-check/loaded.mjs';
import { packages } from './cuda-check/packages.mjs';

/** The newest that pip has with CUDA 13.0. */
const version = '2.14.1';

async function step(name, check) {
  const start = performance.now();
  const note = await check();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`ok      ${name}: ${note} (${seconds} s)`);
}

const { values } = parseArgs({ options: { 'libtorch-version': { type: 'string' } } });
const state = { version: values['libtorch-version'] ?? version };
const steps = [
  ['libtorch with CUDA', fetched],
  ['build', build],
  ['headers', variants],
  ['symbols', symbols],
  ['doctor and recorder', recorder],
  ['device cuda', refused],
  ['device auto', accepted],
  ['prebuilt addon', packages],
];
for (const [name, check] of steps) {
  try {
    await step(name, () => check(state));
  } catch (error) {
    console.log(`FAILED  ${name}: ${error.message}`);
    process.exitCode = 1;
    break;
  }
}
