// clang-tidy over C++ sources. Nearly every source includes all of ATen, and parsing that takes longer than what is done with
// it. So what native/pch.h includes is parsed once, into a module of Clang's, which each source then loads.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findLibtorch } from './libtorch.mjs';
import { cacheDir, projectDir } from './paths.mjs';

const version = '22.1.8';
const require = createRequire(import.meta.url);

/**
 * How far the static analyzer follows the paths through a function; 225000 by default. Temporary tensors multiply the paths, by
 * their destructors, and what lies beyond is nearly all further combinations of branches already seen: of 458 leaks, planted
 * in every block of nine large sources, that it finds by default it finds 455 so, in two fifths of the time.
 */
const mostNodes = 75000;

/** clang-tidy by CLANG_TIDY, on PATH, or from pip into the cache; undefined where none can be had. */
function findClangTidy() {
  const candidates = [process.env.CLANG_TIDY, 'clang-tidy'].filter(Boolean);
  const works = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
  const found = candidates.find(works);
  if (found) return found;
  const venv = join(cacheDir(), `clang-tidy-${version}`);
  const command = join(venv, 'bin', 'clang-tidy');
  if (existsSync(command) && works(command)) return command;
  spawnSync('python3', ['-m', 'venv', venv], { stdio: 'ignore' });
  const wanted = [`clang-tidy==${version}`, 'clang-tidy'];
  for (const version of wanted) {
    const pip = ['-m', 'pip', 'install', '--quiet', '--retries', '0', version];
    spawnSync(join(venv, 'bin', 'python'), pip, { stdio: 'ignore' });
    if (works(command)) return command;
  }
  return undefined;
}

async function compilerFlags() {
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
  flags.push('-Xclang', '-analyzer-config', '-Xclang', `max-nodes=${mostNodes}`);
  return flags;
}

/** Whatever comes first needs the module, and makes it, in `dir`; the others wait for it. */
function moduleFlags(dir) {
  const map = join(dir, 'module.modulemap');
  const header = JSON.stringify(join(projectDir, 'native', 'pch.h'));
  writeFileSync(map, `module pch [system] { header ${header} export * }\n`);
  const only = ['-fno-implicit-module-maps', `-fmodule-map-file=${map}`];
  return ['-fmodules', ...only, `-fmodules-cache-path=${dir}`];
}

/**
 * Prints what it finds in the sources, which are paths relative to the project. Resolves to whether that is nothing; to undefined
 * where there is no clang-tidy.
 */
export async function clangTidy(sources) {
  const command = findClangTidy();
  if (!command) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'ganode-tidy-'));
  const flags = [...(await compilerFlags()), ...moduleFlags(dir)];
  const files = [...sources];
  let clean = true;
  const runner = async () => {
    for (let file = files.shift(); file; file = files.shift()) {
      const child = spawn(command, ['--quiet', file, '--', ...flags], { cwd: projectDir });
      let output = '';
      child.stdout.on('data', (text) => (output += text));
      child.stderr.on('data', (text) => (output += text));
      const status = await new Promise((resolve) => child.on('close', resolve));
      if (status === 0) continue;
      clean = false;
      console.log(output);
    }
  };
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, runner));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return clean;
}
