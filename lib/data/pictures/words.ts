import { onOneLine } from '../../text.js';

/** Wordings that several messages share; each stays short whatever names come in. */

/** Characters of a name that a message shows. */
const mostCharacters = 100;

/** A name as messages show it: without control characters, and the middle of a very long one is left out. */
export function shown(text: string): string {
  const name = onOneLine(text);
  if (name.length <= mostCharacters) return name;
  const characters = [...name];
  if (characters.length <= mostCharacters) return name;
  const half = mostCharacters / 2;
  return `${characters.slice(0, half - 1).join('')}…${characters.slice(-half).join('')}`;
}

/** Some things, the first few by name: `a, b, c and 4 more`. */
export function listed(names: readonly string[], most = 3): string {
  const few = names.slice(0, most).map(shown);
  if (names.length > most) return `${few.join(', ')} and ${names.length - most} more`;
  return few.length > 1 ? `${few.slice(0, -1).join(', ')} and ${few.at(-1)}` : few.join('');
}

/** `1 picture`, `2 pictures`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
