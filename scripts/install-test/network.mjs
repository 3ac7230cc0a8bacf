// Without a network: a network namespace that has nothing but the loopback.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Starts this program again in a namespace of its own, and waits for it. Returns its exit code. */
export function withoutNetwork(args) {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const script = 'ip link set lo up && exec "$@"';
  const command = ['sh', '-c', script, 'sh', process.execPath, ...args];
  const { status, error } = spawnSync('unshare', [...user, '--net', '--', ...command], {
    stdio: 'inherit',
  });
  if (error) throw new Error(`unshare (util-linux) could not be started: ${error.message}`);
  return status ?? 1;
}

/** Throws where anything but the loopback can be reached. */
export function requireNoNetwork() {
  const interfaces = readFileSync('/proc/net/dev', 'utf8').match(/^\s*\S+(?=:)/gm) ?? [];
  const others = interfaces.map((name) => name.trim()).filter((name) => name !== 'lo');
  if (others.length > 0) throw new Error(`there is a network: ${others.join(', ')}`);
}
