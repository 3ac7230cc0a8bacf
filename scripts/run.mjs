// Runs commands of the set-up; the first that fails ends it with its exit code.
import { execFileSync, spawnSync } from 'node:child_process';
import { projectDir } from './paths.mjs';

/** npm as a child: through the file that npm itself names, or by name. */
function npmCommand() {
  const cli = process.env.npm_execpath;
  return cli?.endsWith('.js') ? [process.execPath, cli] : ['npm'];
}

export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: projectDir, stdio: 'inherit', ...options });
  if (result.error) throw new Error(`${command} could not be started: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

export function npm(args) {
  const [command, ...first] = npmCommand();
  run(command, [...first, ...args]);
}

/** What npm prints, run in `cwd`. */
export function npmOutput(args, cwd = projectDir) {
  const [command, ...first] = npmCommand();
  return execFileSync(command, [...first, ...args], { cwd, encoding: 'utf8' });
}

export function node(args) {
  run(process.execPath, args);
}
