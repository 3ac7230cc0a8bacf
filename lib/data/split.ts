/** The parts that data comes in. */
import { GanodeError, invalid } from '../errors.js';

export const splits = ['train', 'validation', 'test'] as const;

/** What networks learn from, what choices are made by, and what is measured on. */
export type Split = (typeof splits)[number];

/** @throws GanodeError `INVALID_OPTION` for anything else. */
export function requireSplitName(split: unknown): asserts split is Split {
  if (!splits.includes(split as Split)) {
    throw invalid('split', "'train', 'validation' or 'test'", split);
  }
}

/**
 * @param there The parts that the data has; none where it has no parts.
 * @throws GanodeError `INVALID_DATA` where a part is asked for that the data does not have.
 */
function requirePart(name: string, there: readonly Split[], asked: Split): void {
  if (there.includes(asked)) return;
  const has = there.length > 0 ? `it has ${there.join(' and ')}` : 'it is one whole without parts';
  throw new GanodeError('INVALID_DATA', `${name}: has no part "${asked}" (--split): ${has}`, {
    details: { split: asked, splits: there },
  });
}

/**
 * The part that is opened: the one that is asked for, otherwise the training part; undefined for data that is one whole.
 *
 * @param there The parts that the data has; none where it has no parts.
 * @throws GanodeError `INVALID_DATA` where a part is asked for that the data does not have, as any part of one whole.
 */
export function choosePart(
  name: string,
  there: readonly Split[],
  asked: Split | undefined,
): Split | undefined {
  if (there.length === 0 && asked === undefined) return undefined;
  const split = asked ?? 'train';
  requirePart(name, there, split);
  return split;
}

/** Whether an error is that of a part that the data does not have. */
export function isMissingPart(error: unknown): boolean {
  return error instanceof GanodeError && error.code === 'INVALID_DATA' && 'splits' in error.details;
}
