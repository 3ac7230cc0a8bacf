// Formatting, lint and types, TypeScript and C++. `--fix` mends what can be mended.
//
//   npm run lint                 -- --quick: without clang-tidy, --tests: clang-tidy for the C++ tests too (a quarter more)
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { clangTidy } from './clang-tidy.mjs';
import { projectDir } from './paths.mjs';

const require = createRequire(import.meta.url);
const fix = process.argv.includes('--fix');
let failed = false;

function report(name, clean) {
  console.log(`${name}: ${clean ? 'clean' : 'NOT CLEAN'}`);
  if (!clean) failed = true;
}

function check(name, command, args) {
  const result = spawnSync(command, args, { cwd: projectDir, stdio: 'inherit' });
  report(name, result.status === 0);
}

/** Our own C++ sources. */
function sources(pattern) {
  return ['native', join('test', 'native')]
    .flatMap((dir) =>
      readdirSync(join(projectDir, dir), { recursive: true }).map((name) => join(dir, name)),
    )
    .filter((path) => pattern.test(path) && !path.includes('third_party'));
}

const bin = (name, file) => join(dirname(require.resolve(`${name}/package.json`)), file);
const biome = bin('@biomejs/biome', 'bin/biome');
check('biome', process.execPath, [
  biome,
  'check',
  '--error-on-warnings',
  ...(fix ? ['--write'] : []),
]);
const format = fix ? ['-i'] : ['--dry-run', '-Werror'];
check('clang-format', process.execPath, [
  bin('clang-format', 'index.js'),
  ...format,
  ...sources(/\.(cc|h)$/),
]);
check('types', process.execPath, [bin('typescript', 'bin/tsc'), '-p', 'tsconfig.json']);
if (!process.argv.includes('--quick')) {
  const all = process.argv.includes('--tests');
  // What is for CUDA includes headers that a libtorch without it does not come with.
  const leftOut = [join('native', 'cuda'), ...(all ? [] : [join('test', 'native')])];
  const read = sources(/\.cc$/).filter((path) => !leftOut.some((dir) => path.startsWith(dir)));
  const clean = await clangTidy(read);
  if (clean === undefined) console.log('clang-tidy: skipped, it is not on PATH and pip has none');
  else report('clang-tidy', clean);
}
process.exitCode = failed ? 1 : 0;
