// A user's project: an empty folder, a PATH with Node and a package manager and nothing else, a home without a cache.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectDir } from '../paths.mjs';

const modules = join(projectDir, 'node_modules');
const programs = fileURLToPath(new URL('./programs', import.meta.url));

/** What must not be on PATH: the point is to do without. */
export const hidden = [
  'cc',
  'gcc',
  'g++',
  'c++',
  'clang',
  'make',
  'ninja',
  'cmake',
  'python',
  'python3',
];

function packageManagers() {
  const npm = process.env.npm_execpath;
  if (!npm?.endsWith('npm-cli.js')) throw new Error('start this with `npm run test:install`');
  return {
    npm,
    npx: join(dirname(npm), 'npx-cli.js'),
    pnpm: join(modules, 'pnpm', 'bin', 'pnpm.cjs'),
    yarn: join(modules, '@yarnpkg', 'cli-dist', 'bin', 'yarn.js'),
  };
}

/**
 * Makes an empty project that knows the registry at `origin`. `run(command)` runs a line of sh in it; it resolves to
 * `{ code, stdout, stderr, seconds }`.
 */
export function createProject(origin, { node = process.execPath, base = tmpdir() } = {}) {
  const root = mkdtempSync(join(base, 'ganode-install-'));
  const [bin, home, dir] = ['bin', 'home', 'project'].map((name) => join(root, name));
  for (const each of [bin, home, dir]) mkdirSync(each);
  symlinkSync(node, join(bin, 'node'));
  for (const [name, path] of Object.entries(packageManagers())) {
    writeFileSync(join(bin, name), `#!/bin/sh\nexec node ${path} "$@"\n`, { mode: 0o755 });
  }
  for (const name of ['sh', 'rm', 'uname', 'sed', 'dirname'])
    symlinkSync(`/bin/${name}`, join(bin, name));
  writeFileSync(join(dir, 'package.json'), '{ "private": true, "type": "module" }\n');
  cpSync(programs, dir, { recursive: true });
  const env = {
    ...{ PATH: bin, HOME: home, LANG: 'C.UTF-8', CI: 'true' },
    ...{ npm_config_registry: origin, npm_config_update_notifier: 'false' },
    ...{ npm_config_audit: 'false', npm_config_fund: 'false' },
    ...{ YARN_NPM_REGISTRY_SERVER: origin, YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1' },
    ...{
      YARN_ENABLE_SCRIPTS: 'false',
      YARN_ENABLE_TELEMETRY: 'false',
      YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    },
  };
  return {
    root,
    dir,
    bin,
    env,
    run: (command, more = {}) => run(command, dir, { ...env, ...more }),
  };
}

export async function run(command, cwd, env) {
  const start = performance.now();
  const child = spawn('/bin/sh', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].on('data', (text) => {
      texts[name] += text;
    });
  }
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, ...texts, seconds: (performance.now() - start) / 1000 };
}

/** Fails with all that was printed where the command failed. */
export async function succeed(project, command, env) {
  const result = await project.run(command, env);
  if (result.code === 0) return result;
  throw new Error(`\`${command}\` ended with ${result.code}:\n${result.stdout}${result.stderr}`);
}
