/** What went wrong, in one stable word. The command line maps each code to an exit code (see `docs/cli.md`). */
export type ErrorCode =
  /** An option, recipe field or argument is unknown, out of range or of the wrong type. */
  | 'INVALID_OPTION'
  /** A GraphSpec is malformed, or its shapes do not fit. The message names the node. */
  | 'INVALID_GRAPH'
  /** A dataset is missing, truncated, or not what the recipe needs. */
  | 'INVALID_DATA'
  /** A checkpoint is truncated, altered, or no checkpoint. */
  | 'CHECKPOINT_CORRUPT'
  /** A checkpoint was written by a newer version of ganode. */
  | 'CHECKPOINT_VERSION'
  /** A checkpoint is whole, but of other networks or another recipe than the one at hand. */
  | 'CHECKPOINT_MISMATCH'
  /** The file system refused: full, read-only, missing, no permission; or another training is using the run directory. */
  | 'IO'
  /** There is not enough memory for what was asked. `details.bytes` says how much that is, where it is known. */
  | 'MEMORY'
  /** A loss, gradient or weight became NaN or infinite. */
  | 'NON_FINITE'
  /** The session or network was used after `dispose()`. */
  | 'DISPOSED'
  /** The work was cancelled through an `AbortSignal` or by `dispose()`. */
  | 'CANCELLED'
  /** The device asked for is not there. */
  | 'DEVICE'
  /** The native addon or libtorch could not be found or loaded. */
  | 'ADDON'
  /** A defect in ganode or libtorch. */
  | 'INTERNAL';

/** The one kind of error that ganode throws on purpose: a stable `code` and a one-line message. */
export class GanodeError extends Error {
  override readonly name = 'GanodeError';
  /** Machine-readable details: `step`, `term`, `path`, `node`, … whatever the code calls for. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.details = options.details ?? {};
  }
}

/** "Expected X for Y but received Z of type T": the one wording for a wrong argument; of one that is absent, "received nothing". */
export function invalid(name: string, expected: string, received: unknown): GanodeError {
  const shown = received === undefined ? 'nothing' : `${show(received)} of type ${typeof received}`;
  return new GanodeError(
    'INVALID_OPTION',
    `Expected ${expected} for ${name} but received ${shown}`,
    { details: { name, expected } },
  );
}

/** A value on one line of a message: JSON where it has that, cut to 80 characters. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'function';
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  const text = typeof value === 'string' || isStructure(value) ? safeJson(value) : String(value);
  if (text === undefined) return typeof value;
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function isStructure(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function safeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
