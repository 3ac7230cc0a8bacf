import { expect, it } from 'vitest';
import { failureLine } from '../../lib/cli/failure.js';
import { GanodeError } from '../../lib/errors.js';
import { onOneLine, visible } from '../../lib/text.js';

it.each([
  ['runs/a', 'runs/a'],
  ['Fotos "neu" 写真 🙂\\', 'Fotos "neu" 写真 🙂\\'],
  ['a\nb\r\tc', 'a\\nb\\r\\tc'],
  ['Hünde, 猫, کتاب‌ها, 👩‍👩‍👧', 'Hünde, 猫, کتاب‌ها, 👩‍👩‍👧'],
  ['safe\u202egpj.exe\u2066\u200f', 'safe\\u202egpj.exe\\u2066\\u200f'],
  ['\u001b[2J\u0000\u007f\u009b\u2028', '\\u001b[2J\\u0000\\u007f\\u009b\\u2028'],
])('%j is written as %s', (text, line) => {
  expect(onOneLine(text)).toBe(line);
});

it('text of several lines keeps its line ends, and nothing else that a terminal obeys', () => {
  const text = 'Hünde\n\u001b]0;title\u0007猫\r\u009b31m\n';
  expect(visible(text)).toBe('Hünde\n\\u001b]0;title\\u0007猫\\r\\u009b31m\n');
});

it('JSON means the same when it is made visible', () => {
  const value = { name: '\u001b[31m\u007f\u009b\u202e\u2028猫\n\\u0041', 'k\u2066': ['\u0000'] };
  const text = visible(JSON.stringify(value, null, 2));
  for (const hidden of '\u001b\u007f\u009b\u202e\u2028\u2066\u0000')
    expect(text).not.toContain(hidden);
  expect(JSON.parse(text)).toEqual(value);
});

it('messages of errors have none of it, and details the text as it was', () => {
  const path = 'a\u001b[2J\u202eb 猫';
  const error = new GanodeError('IO', `could not read ${path}`, { details: { path } });
  expect(error.message).toBe('could not read a\\u001b[2J\\u202eb 猫');
  expect(error.details['path']).toBe(path);
  expect(failureLine(error, false)).toBe('ganode: could not read a\\u001b[2J\\u202eb 猫\n');
  expect(failureLine(error, true)).not.toContain('\u001b');
});
