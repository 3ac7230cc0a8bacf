/** Text of others (names in files, in archives, in checkpoints) that people get to see. */

/**
 * What a terminal would obey or hide rather than show: control characters (C0, DEL, C1), line separators, and the marks that turn the
 * direction of text, behind which a name can look like another. Joiners stay, as emoji and many scripts are written with them.
 */
const hidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text that stays on its line: every such character as JavaScript writes it (`\n`, `\u001b`). */
export function onOneLine(text: string): string {
  return text.replace(hidden, escaped);
}

/**
 * Text of several lines without such characters but line ends. What JSON leaves of them is in its strings, where this is how JSON
 * writes them too: the values are the same.
 */
export function visible(text: string): string {
  return text.replace(hidden, (character) => (character === '\n' ? '\n' : escaped(character)));
}

function escaped(character: string): string {
  const short = JSON.stringify(character).slice(1, -1);
  const code = character.charCodeAt(0).toString(16).padStart(4, '0');
  return short === character ? `\\u${code}` : short;
}
