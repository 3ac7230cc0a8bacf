/** Exit codes of the command line, in one place. `docs/cli.md` lists them. */
import { type ErrorCode, GanodeError } from '../errors.js';

export const exitCodes = {
  ok: 0,
  internal: 1,
  usage: 2,
  data: 3,
  checkpoint: 4,
  io: 5,
  nonFinite: 6,
  environment: 7,
  memory: 8,
  interrupted: 130,
} as const;

const byError: Record<ErrorCode, number> = {
  INVALID_OPTION: exitCodes.usage,
  INVALID_GRAPH: exitCodes.usage,
  INVALID_DATA: exitCodes.data,
  CHECKPOINT_CORRUPT: exitCodes.checkpoint,
  CHECKPOINT_VERSION: exitCodes.checkpoint,
  CHECKPOINT_MISMATCH: exitCodes.checkpoint,
  IO: exitCodes.io,
  MEMORY: exitCodes.memory,
  NON_FINITE: exitCodes.nonFinite,
  ADDON: exitCodes.environment,
  DEVICE: exitCodes.environment,
  DISPOSED: exitCodes.internal,
  CANCELLED: exitCodes.interrupted,
  INTERNAL: exitCodes.internal,
};

export function exitCodeOf(error: unknown): number {
  if (error instanceof GanodeError) return byError[error.code];
  // Node's own: standard output on a full disk, for one.
  const isSystemError = error instanceof Error && 'syscall' in error;
  return isSystemError ? exitCodes.io : exitCodes.internal;
}
