/**
 * ProcedureSpec: a training procedure as plain JSON. TypeScript builds it, C++ (`native/procedure`) compiles it into a plan and
 * runs that, a recipe and its checkpoints carry it. Shapes never include the batch dimension.
 */

/** One value, made of earlier ones. Attributes stand beside the fixed fields. */
export interface ValueSpec {
  /** Unique. */
  name: string;
  op: string;
  /** Names of earlier values. */
  inputs?: string[];
  [attribute: string]: unknown;
}

/** One part of a step. */
export type UpdateSpec =
  | {
      kind: 'update';
      networks: string[];
      /** A value of one number an item, or one for the batch. */
      objective: string;
      /** Once in so many of its turns, so many times as strong. Default 1. */
      every?: number;
      /** Only from so many real images shown on. Default 0. */
      from?: number;
      /** Only before so many real images were shown. Default: for ever. */
      until?: number;
    }
  | { kind: 'clip'; networks: string[]; limit: number }
  | { kind: 'together'; updates: UpdateSpec[] }
  | { kind: 'repeat'; times: number; sameData?: boolean; updates: UpdateSpec[] };

export interface ProcedureSpec {
  version: 1;
  values: ValueSpec[];
  updates: UpdateSpec[];
  /** What a step reports: column → value, of which the mean is taken. */
  report: Record<string, string>;
  /** Logits of real images, which an adaptive augmentation goes by. */
  watched?: string;
}

/** Batches of real items that one step takes, without accumulation: one, and one for each further turn of a repeat. */
export function batchesOf(procedure: Pick<ProcedureSpec, 'updates'>): number {
  return 1 + furtherTurns(procedure.updates);
}

function furtherTurns(updates: readonly UpdateSpec[]): number {
  let turns = 0;
  for (const update of updates) {
    if (update.kind === 'together') turns += furtherTurns(update.updates);
    if (update.kind !== 'repeat') continue;
    turns += update.times * furtherTurns(update.updates);
    if (update.sameData !== true) turns += update.times - 1;
  }
  return turns;
}
