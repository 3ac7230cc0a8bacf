/** What the command line says of an error. */
import { GanodeError } from '../errors.js';
import { onOneLine } from '../text.js';

/** An error in one line: a GanodeError's whole message, and the first line of any other's. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof GanodeError
    ? message
    : onOneLine(message.trim().split('\n', 1)[0] as string);
}

/** Whether stacks are asked for: `--stack` anywhere, or GANODE_DEBUG other than `0`. */
export function wantsStack(
  args: readonly string[] = process.argv,
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  return args.includes('--stack') || !['', '0'].includes(env['GANODE_DEBUG'] ?? '');
}

/** `ganode: …` and a line end; the stack in place of the message when it is wanted. */
export function failureLine(error: unknown, stack = wantsStack()): string {
  const text = stack && error instanceof Error && error.stack ? error.stack : reasonOf(error);
  return `ganode: ${text}\n`;
}
