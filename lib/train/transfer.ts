import { GanodeError } from '../errors.js';
import type { NativeSession } from '../native.js';
import { resolveCheckpoint } from './inspect.js';

/**
 * Takes the weights of another training that fit into a fresh session, where asked for. Optimizers, averages' history and random
 * state start anew.
 *
 * @returns What did not fit, a line for each kind.
 * @throws GanodeError `INVALID_OPTION` with `resume`; `CHECKPOINT_MISMATCH` where nothing fits; what opening a checkpoint throws.
 */
export async function transferFrom(
  { transfer, resume }: { transfer?: string; resume?: boolean | string },
  session: NativeSession,
): Promise<string[]> {
  if (transfer === undefined) return [];
  if (resume) {
    throw new GanodeError('INVALID_OPTION', 'Expected one of resume and transfer, not both');
  }
  const path = await resolveCheckpoint(transfer);
  const { copied, unfit, missing } = await session.transfer(path);
  const shape = (sides: number[]): string => `[${sides.join(', ')}]`;
  const differ = unfit.map(
    ({ name, expected, received }) =>
      `${name} (expected ${shape(expected)}, it has ${shape(received)})`,
  );
  const notes: string[] = [];
  if (differ.length > 0) {
    notes.push(`${path}: ${differ.length} tensors of other shapes start anew: ${list(differ)}`);
  }
  if (missing.length > 0) {
    notes.push(
      `${path}: has none of ${missing.length} tensors, which start anew: ${list(missing)}`,
    );
  }
  return notes.map((note) => `${note}; ${copied} were taken`);
}

/** The first few. */
function list(all: readonly string[]): string {
  const most = 5;
  const rest = all.length > most ? `, and ${all.length - most} more` : '';
  return all.slice(0, most).join(', ') + rest;
}
