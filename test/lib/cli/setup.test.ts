/** `ganode setup` where the packages are installed, here invented ones: it chooses libtorch's build, and builds nothing. */
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { version } from '../../../lib/package.js';
import { type Finished, projectDir, start } from '../../helpers/child.js';
import { temporaryDir } from '../../helpers/tiny.js';

const libtorch = '9.9.9';
const { files } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as {
  files: string[];
};

function write(path: string, content: object | string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
}

interface Installed {
  dir: string;
  ganode(...words: string[]): Promise<Finished>;
}

/** A project with ganode, a prebuilt addon that is none, and a cache with an invented CUDA build of its libtorch. */
async function install(): Promise<Installed> {
  const dir = await temporaryDir();
  const modules = join(dir, 'node_modules');
  mkdirSync(join(modules, '@ganode'), { recursive: true });
  for (const name of readdirSync(join(projectDir, 'node_modules'))) {
    if (!name.startsWith('.'))
      symlinkSync(join(projectDir, 'node_modules', name), join(modules, name));
  }
  // What is published, and no more: that is all that a user's set-up has.
  const published = files.filter((name) => /^(dist|scripts)/.test(name));
  for (const name of ['package.json', ...published]) {
    cpSync(join(projectDir, name), join(modules, 'ganode', name), { recursive: true });
  }
  write(join(modules, '@ganode', 'linux-x64', 'ganode.node'), '12345');
  write(join(modules, '@ganode', 'linux-x64', 'manifest.json'), {
    ganode: version,
    libtorch: { version: libtorch, variant: 'cpu' },
    runtime: { package: '@ganode/libtorch-cpu-linux-x64', version: libtorch },
    files: [{ name: 'ganode.node', bytes: 5 }],
  });
  const build = join(dir, 'cache', `libtorch-${libtorch}-cuda`);
  write(join(build, 'torch', 'lib', 'libtorch_cuda.so'), '1234');
  write(join(build, 'torch', 'share', 'cmake', 'Torch', 'TorchConfigVersion.cmake'), '');
  write(join(build, 'manifest.json'), {
    libtorch: { version: libtorch, variant: 'cuda' },
    files: [{ name: 'torch/lib/libtorch_cuda.so', bytes: 4 }],
  });
  const cli = join(modules, 'ganode', 'dist', 'cli', 'main.js');
  const env = {
    ...{ GANODE_ADDON: '', GANODE_CACHE: join(dir, 'cache'), GANODE_PLATFORM: 'linux-x64' },
    // No compiler is there.
    ...{ PATH: join(dir, 'nothing'), CXX: '' },
  };
  return { dir, ganode: (...words) => start([cli, ...words], { env, cwd: dir }).finished };
}

it('takes the CUDA build for the prebuilt addon, and goes back', async () => {
  const { dir, ganode } = await install();
  const package_ = 'package @ganode/linux-x64';
  const build = join(dir, 'cache', `libtorch-${libtorch}-cuda`);
  expect((await ganode('doctor')).stdout).toMatch(/libtorch-cpu-linux-x64 is missing/);

  expect(await ganode('setup', '--cuda')).toEqual({
    ...{ code: 0, signal: null, stderr: '' },
    stdout: `the prebuilt addon uses the CUDA build of libtorch ${libtorch} in ${build}; \`ganode doctor\` tells whether a device answers, \`ganode setup --cpu\` goes back\n`,
  });
  // What it opens first of an addon that is none.
  expect((await ganode('doctor')).stdout).toContain(
    `Tried local build: ${join(dir, 'node_modules', 'ganode', 'build', 'Release', 'ganode.node')} is not there; ${package_}: Cannot find module`,
  );
  write(join(build, 'torch', 'lib', 'libtorch_cuda.so'), '123');
  const damaged = await ganode('doctor');
  expect(damaged.code).toBe(7);
  expect(damaged.stdout).toMatch(
    /libtorch_cuda\.so is damaged: expected 4 bytes but it has 3\. To mend it: fetch it again with `npx ganode setup --cuda`/,
  );

  expect(await ganode('setup', '--cpu')).toMatchObject({
    code: 0,
    stdout: `the prebuilt addon uses the CPU build of libtorch ${libtorch}\n`,
  });
  expect((await ganode('doctor')).stdout).toMatch(/libtorch-cpu-linux-x64 is missing/);
});

it('builds from source where it is asked to, and where the prebuilt addon has another libtorch', async () => {
  const { dir, ganode } = await install();
  for (const words of [
    ['--cuda', '--from-source'],
    ['--cuda', '--libtorch-version', '9.9.8'],
    ['--cpu', '--libtorch-version', '9.9.8'],
    ['--libtorch', dir],
  ]) {
    const { code, stderr } = await ganode('setup', ...words);
    expect(code).toBe(7);
    expect(stderr).toMatch(/^ganode: Expected CMake .*; Expected a C\+\+20 compiler [^\n]*\n$/);
  }
});

it('takes one build of libtorch only', async () => {
  const { ganode } = await install();
  const { code, stderr } = await ganode('setup', '--cpu', '--cuda');
  expect(code).toBe(2);
  expect(stderr).toMatch(/'--cpu' cannot be used with option '--cuda'/);
});
