// Runs tests with vitest, and counts them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectDir } from './paths.mjs';

/** `args`: vitest's own, such as files. Gives the numbers of tests that passed and failed, and vitest's exit code. */
export function vitest(args, env = process.env) {
  const dir = mkdtempSync(join(tmpdir(), 'ganode-test-'));
  try {
    const report = join(dir, 'report.json');
    const cli = join(projectDir, 'node_modules', 'vitest', 'vitest.mjs');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const options = { cwd: projectDir, stdio: 'inherit', env };
    const status =
      spawnSync(process.execPath, [cli, 'run', ...reporters, ...args], options).status ?? 1;
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    // A file that does not load fails without failing a test.
    const failed = numFailedTests || (status === 0 ? 0 : numFailedTestSuites || 1);
    return { passed: numPassedTests, failed, status };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
