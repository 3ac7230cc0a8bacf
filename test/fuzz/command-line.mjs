// An input through the real command line.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodeOf, exitCodes } from '../../dist/cli/exit.js';
import { asOutOfMemory } from '../../dist/memory.js';
import { Finding, kindOf } from './verdict.mjs';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const { ok, usage, data, checkpoint, io, nonFinite, memory } = exitCodes;
const documented = [ok, usage, data, checkpoint, io, nonFinite, memory];
const mostSeconds = 30;
/** Characters of all that is written to standard error: some warnings. */
const mostOutput = 10_000;

/**
 * What is wrong with how the command line takes an input; undefined where it does as promised.
 *
 * @param {unknown} error What the function below it threw, if it did.
 */
export async function runCommand(args, dir, error) {
  const cwd = mkdtempSync(join(tmpdir(), 'ganode-fuzz-cwd-'));
  try {
    const { code, signal, stderr } = await spawned(args, cwd);
    const fault = (kind, message) =>
      new Finding(
        `command line: ${kind}`,
        `ganode ${args.join(' ').replaceAll(dir, 'DIR')}: ${message}`,
      );
    if (signal) return fault(`signal ${signal}`, `ended by ${signal}: ${stderr.slice(-300)}`);
    if (!documented.includes(code))
      return fault(`exit ${code}`, `exit ${code}: ${stderr.slice(0, 300)}`);
    const lines = stderr.split('\n').slice(0, -1);
    const odd = lines.find((line) => !line.startsWith('ganode: ') && !line.startsWith('error: '));
    if (odd !== undefined)
      return fault(`line ${kindOf(odd)}`, `wrote ${JSON.stringify(odd.slice(0, 300))}`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(stderr))
      return fault('control characters', JSON.stringify(stderr.slice(0, 300)));
    if (stderr.length > mostOutput)
      return fault('long output', `wrote ${stderr.length} characters`);
    const expected = error === undefined ? undefined : exitCodeOf(asOutOfMemory(error));
    // What is taken may be refused by the command for a reason of its own.
    if (expected !== undefined && code === ok)
      return fault('takes what is refused', `exit 0, where ${error.message} was thrown`);
    return undefined;
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

function spawned(args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 1000 * mostSeconds,
      killSignal: 'SIGKILL',
    });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stderr }));
  });
}
