import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { collect, number, positive, wholeNumber } from '../../../lib/cli/parse.js';

describe('option values', () => {
  it.each([
    [wholeNumber(0), '0', 0],
    [wholeNumber(1), '12', 12],
    [wholeNumber(0), '9007199254740991', Number.MAX_SAFE_INTEGER],
    [number(0.5, 2), '0.5', 0.5],
    [number(0.5, 2), '2', 2],
    [positive, '0.25', 0.25],
    [positive, '1e-4', 1e-4],
  ])('takes %s %s', (parse, text, value) => {
    expect(parse(text)).toBe(value);
  });

  it.each([
    [wholeNumber(1), '0'],
    [wholeNumber(0), '-1'],
    [wholeNumber(0), '1.5'],
    [wholeNumber(0), ''],
    [wholeNumber(0), ' '],
    [wholeNumber(0), '12x'],
    [wholeNumber(0), '9007199254740993'],
    [number(0.5, 2), '0.4'],
    [number(0.5, 2), '2.1'],
    [number(0.5, 2), 'NaN'],
    [positive, '0'],
    [positive, '-1'],
    [positive, 'Infinity'],
    [positive, ''],
  ])('refuses %s %j', (parse, text) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError);
  });

  it('collects what is repeated', () => {
    expect(collect('b', collect('a', []))).toEqual(['a', 'b']);
  });
});
