import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { byteCount, collect, number, positive, size, wholeNumber } from '../../../lib/cli/parse.js';

describe('option values', () => {
  it.each([
    [wholeNumber(0), '0', 0],
    [wholeNumber(1), '12', 12],
    [wholeNumber(0), '9007199254740991', Number.MAX_SAFE_INTEGER],
    [number(0.5, 2), '0.5', 0.5],
    [number(0.5, 2), '2', 2],
    [positive, '0.25', 0.25],
    [positive, '1e-4', 1e-4],
    [size, '64', { height: 64, width: 64 }],
    [size, '96x64', { height: 96, width: 64 }],
    [size, '96X64', { height: 96, width: 64 }],
    [size, ' 96 × 64 ', { height: 96, width: 64 }],
    [byteCount, '0', 0],
    [byteCount, '1048576', 2 ** 20],
    [byteCount, '1GB', 1e9],
    [byteCount, '512MB', 512e6],
    [byteCount, '1GiB', 2 ** 30],
    [byteCount, '1.5g', 1.5 * 2 ** 30],
    [byteCount, '.5 kib', 512],
    [byteCount, '2tb', 2e12],
    [byteCount, '10b', 10],
  ])('takes %s %s', (parse, text, value) => {
    expect(parse(text)).toEqual(value);
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
    [byteCount, ''],
    [byteCount, 'GB'],
    [byteCount, '1XB'],
    [byteCount, '-1GB'],
    [byteCount, '1e3'],
    [byteCount, '1,5g'],
    [byteCount, '1.2.3'],
    [byteCount, '9007199254740993'],
    [byteCount, 'Infinity'],
    [positive, '-1'],
    [positive, 'Infinity'],
    [positive, ''],
    [size, ''],
    [size, '0'],
    [size, '64x0'],
    [size, '64x'],
    [size, 'x64'],
    [size, '64x64x3'],
    [size, '-64'],
    [size, '6.4'],
    [size, '64 64'],
    [size, '1e9'],
  ])('refuses %s %j', (parse, text) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError);
  });

  it('collects what is repeated', () => {
    expect(collect('b', collect('a', []))).toEqual(['a', 'b']);
  });
});
