// Runs the command line with an addon of choice. A GPU of the machine is hidden.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const hidden = { CUDA_VISIBLE_DEVICES: '-1' };

/** `cli`: path of the command line. Returns `{ code, stdout, stderr }`. */
export function ganode(cli, words, env) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [cli, ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...hidden, ...env },
  });
  return { code: status ?? signal, stdout, stderr };
}

/** What it prints, where it has to end well. */
export function succeed(cli, words, env) {
  const { code, stdout, stderr } = ganode(cli, words, env);
  if (code === 0) return stdout + stderr;
  const [line = ''] = stderr.trim().split('\n').slice(-1);
  throw new Error(`ganode ${words.join(' ')} ended with ${code}: ${line}`);
}

export function doctor(cli, env) {
  const { stdout, stderr } = ganode(cli, ['doctor', '--json'], env);
  const health = JSON.parse(stdout || '{}');
  if (!health.addon) throw new Error(health.problems?.[0] ?? stderr.trim().split('\n')[0]);
  if (health.problems.length > 0) throw new Error(health.problems[0]);
  return health.addon;
}

/** Trains a few steps; returns `{ text, numbers }`: what it printed, and its last line of metrics but for times. */
export function train(cli, device, dir, env) {
  const out = mkdtempSync(join(dir, 'run-'));
  try {
    const words = ['train', '--data', 'mnist', '--images', '128', '--batch', '16', '--seed', '1'];
    words.push('--threads', '1', '--precision', 'fp32', '--set', 'model.width=4');
    const text = succeed(cli, [...words, '--device', device, '--out', join(out, 'run')], env);
    const lines = readFileSync(join(out, 'run', 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const { imagesPerSecond, waitedShare, ...numbers } = JSON.parse(lines.at(-1));
    return { text, numbers };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
