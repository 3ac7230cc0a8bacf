import { onOneLine } from './text.js';

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

/**
 * The one kind of error that ganode throws on purpose: a stable `code` and a message of one line. Line ends become blanks; other
 * control characters, which names and the contents of files may have, are written as `\u001b`, so that no message moves a
 * terminal's cursor.
 */
export class GanodeError extends Error {
  override readonly name = 'GanodeError';
  /** Machine-readable details: `step`, `term`, `path`, `node`, … whatever the code calls for. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(
      cut(
        onOneLine(
          cut(message, mostOfMessage)
            .trim()
            .replace(/\s*\n\s*/g, ' '),
        ),
        mostOfMessage,
      ),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.details = options.details ?? {};
  }
}

/** Characters of a message: a few lines, whatever came in. */
const mostOfMessage = 1200;
/** Characters of a value within a message. */
const mostOfValue = 80;

/** "Expected X for Y but received Z of type T": the one wording for a wrong argument; of one that is absent, "received nothing". */
export function invalid(name: string, expected: string, received: unknown): GanodeError {
  const shown =
    received === undefined ? 'nothing' : `${showValue(received)} of type ${typeof received}`;
  return new GanodeError(
    'INVALID_OPTION',
    `Expected ${expected} for ${name} but received ${shown}`,
    { details: { name, expected } },
  );
}

/** JSON of a value in a message, cut where it is long. Never throws. */
export function showJson(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'function';
  // JSON has neither NaN nor infinities.
  if (ArrayBuffer.isView(value) || typeof value === 'number') return showValue(value);
  return cut(jsonOf(value) ?? showValue(value), mostOfValue);
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** A value in a message: strings in quotes, lists by their first values, all of it cut where it is long. Never throws. */
export function showValue(value: unknown): string {
  if (typeof value === 'string')
    return cut(JSON.stringify(value.slice(0, 2 * mostOfValue)), mostOfValue);
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return showList(value as ArrayLike<unknown>);
  try {
    const text = String(value);
    // Plain data says nothing of itself.
    return cut((text === '[object Object]' ? jsonOf(value) : undefined) ?? text, mostOfValue);
  } catch {
    // An object that does not say what it is.
    return Object.prototype.toString.call(value);
  }
}

/** The first values of a list, as `String` shows a short one; lists within it are not looked into. */
function showList(list: ArrayLike<unknown>): string {
  const { length = 0 } = list;
  const first = Array.from({ length: Math.min(length, mostOfValue) }, (_, i) => {
    const value = list[i];
    if (value === null || value === undefined) return '';
    return typeof value === 'object' ? '[…]' : cut(String(value), mostOfValue);
  });
  const text = first.join(',');
  return text.length <= mostOfValue && first.length === length
    ? text
    : `${cut(text, mostOfValue)} (${length} values)`;
}

/** The beginning of a text, with an ellipsis where more follows. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
