// Builds core, addon and C++ tests with AddressSanitizer, UndefinedBehaviorSanitizer and the checks of libstdc++'s containers,
// in build/sanitize, and runs with them the C++ tests and those of test/ that work the addon. It prints every finding, and at
// its end the time of build and run and what was counted; it exits with 1 where something failed or was found. A clean run of
// everything is written into last.json beside this file. For Linux and g++.
//
//   npm run test:sanitize                everything
//   npm run test:sanitize -- --core      the C++ tests only
//   npm run test:sanitize -- --record    runs nothing; prints when it last ran, and exits with 1 if the C++ is another since
import { join } from 'node:path';
import { buildCoreTest } from '../build-core-test.mjs';
import { buildNative } from '../build-native.mjs';
import { missingLibraries, reports, sanitized } from './environment.mjs';
import { lastRun, writeLastRun } from './record.mjs';
import { runAddonTests, runCoreTests } from './suites.mjs';

const buildDir = join('build', 'sanitize');

/** Seconds since `start`, of `performance.now`. */
const secondsSince = (start) => Math.round((performance.now() - start) / 1000);

async function sanitize({ coreOnly }) {
  const missing = missingLibraries();
  if (missing) throw new Error(missing);
  const begun = performance.now();
  const definitions = { GANODE_SANITIZE: 'ON' };
  const addon = await buildNative({ dir: buildDir, definitions });
  const program = buildCoreTest(buildDir);
  const built = secondsSince(begun);

  const started = performance.now();
  const collected = reports();
  const core = runCoreTests(program, sanitized(collected.dir));
  const addonTests = coreOnly ? undefined : runAddonTests(sanitized(collected.dir, addon));
  const findings = collected.take();
  const ran = secondsSince(started);

  for (const finding of findings) console.error(`\n${finding}`);
  const summary = {
    buildSeconds: built,
    runSeconds: ran,
    testCases: core.testCases,
    assertions: core.assertions,
    ...(addonTests && { addonTests: addonTests.passed }),
    findings: findings.length,
  };
  const failed = core.failed + (addonTests?.failed ?? 0);
  console.log(`sanitize: built in ${built} s, ran in ${ran} s`);
  console.log(
    `sanitize: ${core.testCases} test cases with ${core.assertions} assertions of the core` +
      `${addonTests ? `, ${addonTests.passed} tests of the addon` : ''}; ` +
      `${failed} failed, ${findings.length} findings`,
  );
  const clean = failed === 0 && findings.length === 0;
  if (clean && addonTests) writeLastRun(summary);
  return clean;
}

try {
  if (process.argv.includes('--record')) {
    const { line, current } = lastRun();
    console.log(line);
    process.exitCode = current ? 0 : 1;
  } else {
    const clean = await sanitize({ coreOnly: process.argv.includes('--core') });
    process.exitCode = clean ? 0 : 1;
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
