import { expect, it } from 'vitest';
import { onOneLine } from '../../lib/line.js';

it.each([
  ['runs/a', 'runs/a'],
  ['Fotos "neu" 写真 🙂\\', 'Fotos "neu" 写真 🙂\\'],
  ['a\nb\r\tc', 'a\\nb\\r\\tc'],
  ['\u001b[2J\u0000\u007f\u009b\u2028', '\\u001b[2J\\u0000\\u007f\\u009b\\u2028'],
])('%j is written as %s', (text, line) => {
  expect(onOneLine(text)).toBe(line);
});
