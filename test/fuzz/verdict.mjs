// What ganode promises whatever it reads: it works, or says in one line what is wrong, with a documented code.
import { GanodeError } from '../../dist/index.js';

/** Characters of a message without the path: the longest list the operators of networks, some 500. */
const mostOfMessage = 700;

/** Codes that no file may lead to. */
const defects = new Set(['INTERNAL', 'DISPOSED', 'CANCELLED', 'ADDON']);

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Something that ganode must not do. `kind` is the same for what is likely the same defect. */
export class Finding extends Error {
  constructor(kind, message, details = {}) {
    super(message);
    this.kind = kind;
    this.details = details;
  }
}

/** An error's message without numbers, quoted parts and paths, as far as errors of one cause have the same. */
export function kindOf(message) {
  return message
    .replace(/\/\S*/g, '…')
    .replace(/"(?:[^"\\]|\\.)*"?|'[^']*'/g, '"…"')
    .replace(/-?\d+(\.\d+)?(e[+-]?\d+)?/g, 'N')
    .replace(/N([,×x ]+N)+/g, 'N')
    .slice(0, 160);
}

/** The first place of ganode's own in a stack. */
function placeIn(stack = '') {
  return /(?:dist|lib)\/\S+?:\d+/.exec(stack)?.[0] ?? '';
}

/**
 * What is wrong with an error; undefined for one that is as promised.
 *
 * @param {unknown} error
 * @param {string} dir Where the input lies: its path does not count in the message's length.
 */
export function faultOf(error, dir) {
  if (!(error instanceof GanodeError)) {
    const name = error?.constructor?.name ?? typeof error;
    const message = String(error?.message ?? error);
    const kind = `${name}: ${kindOf(message)} @ ${placeIn(error?.stack)}`;
    return new Finding(kind, `a raw ${name}: ${message.slice(0, 300)}`, { stack: error?.stack });
  }
  const { code, message, stack } = error;
  const plain = message.replaceAll(dir, '');
  if (defects.has(code))
    return new Finding(`${code}: ${kindOf(plain)}`, `${code}: ${plain}`, { stack });
  if (controls.test(plain)) {
    return new Finding('control characters', JSON.stringify(plain), { stack });
  }
  if (plain.length > mostOfMessage) {
    const length = `a message of ${plain.length} characters: ${plain.slice(0, 200)}…`;
    return new Finding(`long: ${kindOf(plain).slice(0, 60)}`, length, { stack });
  }
  // Words of JavaScript's own for what is not there; what JSON.parse says quotes the file.
  if (
    !/is not valid JSON/.test(plain) &&
    /\bundefined\b|\[object /.test(plain.replace(/"(?:[^"\\]|\\.)*"/g, ''))
  ) {
    return new Finding(`odd words: ${kindOf(plain)}`, plain, { stack });
  }
  return undefined;
}
