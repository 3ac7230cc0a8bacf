// The prebuilt addon as a user has it, in pretended packages, with the CPU build and then with the CUDA build of libtorch that
// `ganode setup --cuda` chooses. The runtime package is pretended: its manifest names the libraries of the CUDA build that a
// CPU build has too.
import { deepStrictEqual } from 'node:assert';
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { copyIn, fileEntry, project, writeJson } from '../pack/stage.mjs';
import { platformName } from '../paths.mjs';
import { doctor, succeed, train } from './ganode.mjs';

export async function packages({ version, build, cache, packed, packedRecorder, libtorch }) {
  // Only now: it was just built.
  const { packagesOf } = await import('../../dist/addon/platform.js');
  const names = packagesOf(platformName());
  const dir = join(build, 'project');
  rmSync(dir, { recursive: true, force: true });
  const modules = join(dir, 'node_modules');
  const cli = layOut(modules, names, version, [
    packed,
    packedRecorder,
    join(build, 'Release', 'preload.node'),
  ]);
  layOutRuntime(modules, names, version, libtorch);
  const env = { GANODE_ADDON: '', GANODE_CACHE: layOutCache(dir, version, cache) };

  const onCpu = doctor(cli, env);
  if (onCpu.cuda.built) throw new Error('the CPU build has CUDA');
  const before = train(cli, 'auto', dir, env).numbers;

  succeed(cli, ['setup', '--cuda'], env);
  const onCuda = doctor(cli, env);
  if (!onCuda.cuda.built) throw new Error('after setup --cuda libtorch has no CUDA');
  if (!onCuda.libtorchPath.startsWith(env.GANODE_CACHE)) {
    throw new Error(`after setup --cuda ${onCuda.libtorchPath} is loaded`);
  }
  const after = train(cli, 'auto', dir, env).numbers;
  deepStrictEqual(after, before, 'training on the CPU gives other numbers with the CUDA build');

  succeed(cli, ['setup', '--cpu'], env);
  if (doctor(cli, env).cuda.built) throw new Error('after setup --cpu libtorch has CUDA');
  return `one file; setup --cuda takes the CUDA build without compiling, ${before.step} steps on the CPU give equal numbers with both, setup --cpu goes back`;
}

/** The packages `ganode` and that of the addon, from `files`; returns the command line's path. */
function layOut(modules, names, version, files) {
  const ganode = join(modules, 'ganode');
  mkdirSync(ganode, { recursive: true });
  copyIn(ganode, ['package.json', ...project.files.filter((name) => /^(dist|scripts)/.test(name))]);
  const dir = join(modules, names.addon);
  mkdirSync(dir, { recursive: true });
  const entries = files.map((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    copyFileSync(path, join(dir, name));
    return fileEntry(dir, name);
  });
  writeJson(join(dir, 'package.json'), { name: names.addon, version: project.version });
  writeJson(join(dir, 'manifest.json'), {
    ganode: project.version,
    libtorch: { version, variant: 'cpu' },
    runtime: { package: names.runtime, version },
    files: entries,
  });
  return join(ganode, 'dist', 'cli', 'main.js');
}

function layOutRuntime(modules, names, version, libtorch) {
  const dir = join(modules, names.runtime);
  mkdirSync(dir, { recursive: true });
  writeJson(join(dir, 'package.json'), { name: names.runtime, version });
  const files = ['libc10.so', 'libtorch_cpu.so'].map((name) => {
    const { bytes } = fileEntry(join(libtorch, 'lib'), name);
    return { name: join(libtorch, 'lib', name), bytes };
  });
  writeJson(join(dir, 'manifest.json'), { libtorch: { version, variant: 'cpu' }, files });
}

/** A cache in which only the CUDA build lies; returns its folder. */
function layOutCache(dir, version, cache) {
  const target = join(dir, 'cache', `libtorch-${version}-cuda`);
  mkdirSync(target, { recursive: true });
  for (const name of ['torch', 'nvidia'].filter((each) => existsSync(join(cache, each)))) {
    symlinkSync(join(cache, name), join(target, name));
  }
  copyFileSync(join(cache, 'manifest.json'), join(target, 'manifest.json'));
  return join(dir, 'cache');
}
