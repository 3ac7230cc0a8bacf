// What is run with sanitizers, and how it is counted.
import { spawnSync } from 'node:child_process';
import { projectDir } from '../paths.mjs';
import { npm } from '../run.mjs';
import { vitest } from '../vitest.mjs';

/** Tests that work the addon. Left out: those that measure memory or limit it, since sanitizers take much of their own. */
const addonTests = [
  'test/lib/addon/errors',
  'test/lib/evaluate',
  'test/lib/files/native-twin',
  'test/lib/graph',
  'test/lib/models',
  'test/lib/recipes',
  'test/lib/sample',
  'test/lib/train',
  'test/reference',
  'test/standalone/lock',
  'test/standalone/process',
];

/** Runs the C++ tests; gives doctest's counts. */
export function runCoreTests(program, env) {
  const options = { cwd: projectDir, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };
  const { status, stdout } = spawnSync(program, [], { ...options, maxBuffer: 1 << 28 });
  process.stdout.write(stdout);
  const count = (what) => Number(stdout.match(new RegExp(`${what}: +(\\d+)`))?.[1] ?? 0);
  const failures = stdout.match(/test cases: .*?(\d+) failed/);
  return {
    testCases: count('test cases'),
    assertions: count('assertions'),
    // A program that ends early prints no counts.
    failed: status === 0 ? 0 : Number(failures?.[1] ?? 1) || 1,
  };
}

/** Runs the tests of the addon; gives the numbers of those that passed and failed. */
export function runAddonTests(env) {
  npm(['run', '--silent', 'build']);
  return vitest([...addonTests, '--testTimeout=600000', '--hookTimeout=600000'], env);
}
