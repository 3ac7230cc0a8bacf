/** What Ctrl-C, SIGTERM and SIGHUP do. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { removeTemporaries } from '../files/temporary.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Work that is stopped by the first signal, in place of ending the process. */
interface Stoppable {
  stop: () => void;
  leave: () => void;
  asked: boolean;
}

let work: Stoppable | undefined;
/** Whether SIGHUP stopped the work: a terminal that is closed may send it again, as the shell does so and the system too. */
let hungUp = false;

/**
 * Lets signals end the process as they do anyway, by the signal itself, but without leaving a temporary file; and not at all where
 * it is SIGHUP and the process was started by `nohup`. To be called once.
 */
export function watchSignals(): void {
  for (const signal of signals) process.on(signal, handle);
}

function handle(signal: NodeJS.Signals): void {
  if (signal === 'SIGHUP' && (hungUp || startedByNohup())) return;
  if (work && !work.asked) {
    work.asked = true;
    hungUp = signal === 'SIGHUP';
    work.stop();
    return;
  }
  work?.leave();
  removeTemporaries();
  for (const other of signals) process.off(other, handle);
  process.kill(process.pid, signal);
}

/**
 * Calls `stop` at the first Ctrl-C, SIGTERM or SIGHUP. A second one, but for a second SIGHUP, ends the process at once,
 * by the signal itself: `process.exit` would wait for the native step that is under way.
 *
 * @param leave Called before the process ends that way, to put the terminal in order.
 * @returns What ends this.
 */
export function onInterrupt(stop: () => void, leave: () => void): () => void {
  work = { stop, leave, asked: false };
  return () => {
    work = undefined;
  };
}

/**
 * Whether `nohup` started the process, so that it is meant to outlive its terminal. Node forgets that SIGHUP was ignored when it
 * started. What is left to tell is the shell's variable `_`, the command that it ran; and that GNU's nohup puts, in place of a
 * terminal, a standard input that cannot be read.
 */
export function startedByNohup(
  env: NodeJS.ProcessEnv = process.env,
  input = '/proc/self/fdinfo/0',
): boolean {
  if (basename(env['_'] ?? '') === 'nohup') return true;
  try {
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(input, 'utf8'))?.[1];
    const access = Number.parseInt(flags ?? '0', 8) & 3;
    return access === writeOnly;
  } catch {
    return false; // not Linux
  }
}

/** O_WRONLY among the flags of an open file. */
const writeOnly = 1;
