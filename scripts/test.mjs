// The tests, after whatever set-up is missing. Ends with a line that counts them.
//
//   npm test                 everything
//   npm test -- test/lib     some
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectDir } from './paths.mjs';
import { setupOrExit } from './setup.mjs';

await setupOrExit();

const dir = mkdtempSync(join(tmpdir(), 'ganode-test-'));
const report = join(dir, 'report.json');
const vitest = join(projectDir, 'node_modules', 'vitest', 'vitest.mjs');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const result = spawnSync(
  process.execPath,
  [vitest, 'run', ...reporters, ...process.argv.slice(2)],
  {
    cwd: projectDir,
    stdio: 'inherit',
  },
);
try {
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  // A file that does not load fails without failing a test.
  const failed = numFailedTests || (result.status === 0 ? 0 : numFailedTestSuites || 1);
  console.log(`${numPassedTests} passed, ${failed} failed`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
process.exitCode = result.status ?? 1;
