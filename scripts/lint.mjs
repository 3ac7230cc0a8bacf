// Formatting, lint and types, TypeScript and C++. `--fix` mends what can be mended.
//
//   npm run lint                 -- --quick: without clang-tidy, --tests: clang-tidy for the C++ tests too (a quarter more)
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { findLibtorch } from './libtorch.mjs';
import { cacheDir, projectDir } from './paths.mjs';

const require = createRequire(import.meta.url);
const fix = process.argv.includes('--fix');
const clangTidyVersion = '22.1.8';
let failed = false;

function check(name, command, args) {
  const result = spawnSync(command, args, { cwd: projectDir, stdio: 'inherit' });
  console.log(`${name}: ${result.status === 0 ? 'clean' : 'NOT CLEAN'}`);
  if (result.status !== 0) failed = true;
}

/** Our own C++ sources. */
function sources(pattern) {
  return ['native', join('test', 'native')]
    .flatMap((dir) =>
      readdirSync(join(projectDir, dir), { recursive: true }).map((name) => join(dir, name)),
    )
    .filter((path) => pattern.test(path) && !path.includes('third_party'));
}

/** clang-tidy by CLANG_TIDY, on PATH, or from pip into the cache; undefined where none can be had. */
function findClangTidy() {
  const candidates = [process.env.CLANG_TIDY, 'clang-tidy'].filter(Boolean);
  const works = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
  const found = candidates.find(works);
  if (found) return found;
  const venv = join(cacheDir(), `clang-tidy-${clangTidyVersion}`);
  const command = join(venv, 'bin', 'clang-tidy');
  if (existsSync(command) && works(command)) return command;
  spawnSync('python3', ['-m', 'venv', venv], { stdio: 'ignore' });
  const wanted = [`clang-tidy==${clangTidyVersion}`, 'clang-tidy'];
  for (const version of wanted) {
    const pip = ['-m', 'pip', 'install', '--quiet', '--retries', '0', version];
    spawnSync(join(venv, 'bin', 'python'), pip, { stdio: 'ignore' });
    if (works(command)) return command;
  }
  return undefined;
}

async function clangTidy() {
  const command = findClangTidy();
  if (!command) {
    console.log('clang-tidy: skipped, it is not on PATH and pip has none');
    return;
  }
  const torch = join(await findLibtorch(), 'include');
  const system = [
    join('native', 'third_party'),
    torch,
    join(torch, 'torch', 'csrc', 'api', 'include'),
    dirname(require.resolve('node-addon-api/napi.h')),
    require('node-api-headers').include_dir,
  ];
  const flags = ['-std=c++20', '-include', 'native/pch.h', '-Inative'];
  flags.push(...system.flatMap((dir) => ['-isystem', dir]));
  flags.push('-DGANODE_VERSION="0"', '-DNAPI_VERSION=8', '-DNAPI_CPP_EXCEPTIONS');
  const tests = join('test', 'native');
  const files = sources(/\.cc$/).filter(
    (path) => process.argv.includes('--tests') || !path.startsWith(tests),
  );
  const runner = async () => {
    for (let file = files.shift(); file; file = files.shift()) {
      const child = spawn(command, ['--quiet', file, '--', ...flags], { cwd: projectDir });
      let output = '';
      child.stdout.on('data', (text) => (output += text));
      child.stderr.on('data', (text) => (output += text));
      const status = await new Promise((resolve) => child.on('close', resolve));
      if (status === 0) continue;
      failed = true;
      console.log(output);
    }
  };
  const before = failed;
  await Promise.all(Array.from({ length: availableParallelism() }, runner));
  console.log(`clang-tidy: ${failed === before ? 'clean' : 'NOT CLEAN'}`);
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
if (!process.argv.includes('--quick')) await clangTidy();
process.exitCode = failed ? 1 : 0;
