// JSON as a tree that can be what JSON.parse never gives: with a key twice, with `__proto__`, with words that are no JSON.

/**
 * @typedef {{ kind: 'object', entries: [string, Tree][] } | { kind: 'array', items: Tree[] } |
 *   { kind: 'text', text: string }} Tree `text` is JSON as it stands in the file.
 */

/** @returns {Tree} */
export function treeOf(value) {
  if (Array.isArray(value)) return { kind: 'array', items: value.map(treeOf) };
  if (typeof value === 'object' && value !== null) {
    return {
      kind: 'object',
      entries: Object.entries(value).map(([key, item]) => [key, treeOf(item)]),
    };
  }
  return { kind: 'text', text: JSON.stringify(value) };
}

/** @param {Tree} tree */
export function textOf(tree) {
  if (tree.kind === 'array') return `[${tree.items.map(textOf).join(',')}]`;
  if (tree.kind === 'text') return tree.text;
  const entries = tree.entries.map(([key, item]) => `${JSON.stringify(key)}:${textOf(item)}`);
  return `{${entries.join(',')}}`;
}

const numbers = [
  ...[
    '0',
    '-0',
    '1',
    '-1',
    '2',
    '3',
    '4',
    '5',
    '7',
    '8',
    '9',
    '16',
    '17',
    '64',
    '100',
    '255',
    '256',
  ],
  ...['0.5', '1.5', '-0.5', '1e-9', '1e-320', '0.1', '1e3', '1e20', '1e21', '1e308', '-1e308'],
  ...['1e999', '-1e999', '65535', '65536', '65537', '1000000', '2147483647', '2147483648'],
  ...['4294967295', '4294967296', '9007199254740991', '9007199254740992', '-2147483649'],
  ...['18446744073709551615', '18446744073709551616', '123456789012345678901234567890'],
];
const strings = [
  ...['', ' ', '0', '-1', '1e9', 'NaN', 'null', 'true', '__proto__', 'constructor', 'toString'],
  ...[
    '\u0000',
    '\n',
    '\u001b[31m',
    '\u0007',
    '\u2028',
    '\ud800',
    '\u202e',
    '😀',
    'é',
    '..',
    '../..',
  ],
  ...['/dev/null', 'a/b', 'a.b', '.', '%s', '$(x)', '"', '\\', "'", '<', 'x'.repeat(5000)],
];
const words = [
  ...['null', 'true', 'false', '{}', '[]', '[[]]', '[{}]', '[null]', '{"a":1}', '[0]', '[1,2]'],
  ...[
    'NaN',
    'Infinity',
    '-',
    '+1',
    '01',
    '1.',
    '.5',
    "'a'",
    'undefined',
    '',
    ',',
    '"',
    '"\\ud800"',
  ],
  ...['"\\u0000"', '/**/1', '{"a":1,}', '[1,]', '\ufeff1', '{"__proto__":{"polluted":1}}'],
];

const quote = (value) => JSON.stringify(value);

/**
 * Changes a tree in place, one to `most` times.
 *
 * @param {import('./random.mjs').Random} random
 * @param {Tree} tree
 * @param {string[]} trail Grows by a line a change.
 * @param {{ most?: number, known?: readonly string[] }} options `known`: texts that mean something in such files.
 * @returns {Tree}
 */
export function mutateJson(random, tree, trail, { most = 3, known = [] } = {}) {
  // One that holds the root makes the root a place like every other.
  const holder = { kind: 'array', items: [tree] };
  const times = random.few(most);
  for (let i = 0; i < times && holder.items.length > 0; i += 1) {
    change(random, holder, trail, known);
  }
  return holder.items[0] ?? { kind: 'text', text: '' };
}

/** Where a value stands: its container, its place in it, and the path for people. */
function placesBelow(container, path, into) {
  const children = container.kind === 'array' ? container.items : container.entries;
  children.forEach((child, index) => {
    const [key, value] = container.kind === 'array' ? [String(index), child] : child;
    const at = [...path, key];
    into.push({ container, index, path: at });
    if (value.kind !== 'text') placesBelow(value, at, into);
  });
  return into;
}

/** By steps from the root, so that the few settings at the top are as likely as the many below; or any. */
function choosePlace(random, holder) {
  if (random.chance(0.4)) return random.pick(placesBelow(holder, [], []));
  let place = { container: holder, index: 0, path: ['0'] };
  for (;;) {
    const value = get(place);
    const children = value.kind === 'array' ? value.items : (value.entries ?? []);
    if (children.length === 0 || random.chance(0.15)) return place;
    const index = random.below(children.length);
    const key = value.kind === 'array' ? String(index) : children[index][0];
    place = { container: value, index, path: [...place.path, key] };
  }
}

function get({ container, index }) {
  return container.kind === 'array' ? container.items[index] : container.entries[index][1];
}

function set({ container, index }, value) {
  if (container.kind === 'array') container.items[index] = value;
  else container.entries[index][1] = value;
}

const text = (json) => ({ kind: 'text', text: json });

/** A text of the pool, one that means something in such files, or a close spelling of one. */
function anyString(random, known) {
  if (known.length === 0 || random.chance(0.5)) return random.pick(strings);
  const word = random.pick(known);
  if (random.chance(0.8)) return word;
  const at = random.below(word.length);
  return word.slice(0, at) + random.pick(['', 'x', 'X', ' ', '\u0000']) + word.slice(at + 1);
}

function nested(random) {
  const depth = random.pick([10, 100, 1000, 10_000, 100_000]);
  return random.chance(0.5)
    ? `${'['.repeat(depth)}${']'.repeat(depth)}`
    : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}

/** Another value in place of one: mostly of the same type. */
function another(random, value, known) {
  const isNumber = value.kind === 'text' && /^-?\d/.test(value.text);
  if (isNumber && random.chance(0.3)) {
    const number = Number(value.text);
    const near = [
      number + 1,
      number - 1,
      number * 2,
      -number,
      number / 2,
      number + 0.5,
      number * 10,
    ];
    return text(String(random.pick(near)));
  }
  if (isNumber && random.chance(0.7)) return text(random.pick(numbers));
  if (value.kind === 'text' && value.text.startsWith('"') && random.chance(0.7)) {
    return text(quote(anyString(random, known)));
  }
  switch (random.below(8)) {
    case 0:
    case 1:
      return text(random.pick(numbers));
    case 2:
      return text(quote(anyString(random, known)));
    case 3:
      return text(random.chance(0.1) ? nested(random) : 'null');
    default:
      return text(random.pick(words.slice(0, random.chance(0.8) ? 11 : words.length)));
  }
}

function change(random, holder, trail, known) {
  const place = choosePlace(random, holder);
  const { container, index, path } = place;
  const tell = (what) => trail.push(`${path.slice(1).join('.') || 'root'}: ${what}`);
  const value = get(place);
  const children = container.kind === 'array' ? container.items : container.entries;
  const replace = (next, what) => {
    set(place, next);
    tell(`${what} ${shorten(textOf(next))}`);
  };
  switch (random.below(12)) {
    case 0:
      tell('removed');
      children.splice(index, 1);
      return;
    case 1: {
      const copy = structuredClone(children[index]);
      const times = container.kind === 'array' && random.chance(0.2) ? random.pick([10, 300]) : 1;
      tell(`there ${times + 1} times`);
      for (let i = 0; i < times; i += 1) children.splice(index, 0, copy);
      return;
    }
    case 2: {
      if (container.kind !== 'object') return replace(text('null'), 'now');
      const key = random.chance(0.5)
        ? random.pick(container.entries)[0]
        : anyString(random, known).slice(0, 100);
      tell(`called ${quote(key)}`);
      container.entries[index][0] = key;
      return;
    }
    case 3: {
      if (value.kind !== 'object') break;
      const key = anyString(random, known).slice(0, 100);
      const item = another(random, text('1'), known);
      value.entries.splice(random.below(value.entries.length + 1), 0, [key, item]);
      tell(`has ${quote(key)}: ${shorten(textOf(item))}`);
      return;
    }
    case 4: {
      const from = choosePlace(random, holder);
      return replace(structuredClone(get(from)), `what is at ${from.path.slice(1).join('.')},`);
    }
    case 5:
      return replace({ kind: 'array', items: [value] }, 'in a list');
    case 6:
      if (value.kind === 'array' && value.items.length > 0) {
        if (random.chance(0.5)) value.items.reverse();
        else value.items.length = random.below(value.items.length);
        tell('reversed or cut');
        return;
      }
      break;
    default:
  }
  replace(another(random, value, known), 'now');
}

function shorten(json) {
  return json.length <= 60 ? json : `${json.slice(0, 60)}… (${json.length})`;
}

/** The texts in a JSON value: keys and strings. */
export function wordsIn(value, into = new Set()) {
  if (typeof value === 'string' && value.length < 40) into.add(value);
  if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (!Array.isArray(value)) into.add(key);
      wordsIn(item, into);
    }
  }
  return into;
}
