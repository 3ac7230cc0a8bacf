import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { byteCount, collect, inRange, size } from '../../../lib/cli/parse.js';
import { ranges } from '../../../lib/ranges.js';

describe('option values', () => {
  it.each([
    [inRange(ranges.seed), '0', 0],
    [inRange(ranges.images), '12', 12],
    [inRange(ranges.seed), '9007199254740991', Number.MAX_SAFE_INTEGER],
    [inRange(ranges.framesPerSecond), '1', 1],
    [inRange(ranges.framesPerSecond), '50', 50],
    [inRange(ranges.epochs), '0.25', 0.25],
    [inRange(ranges.epochs), '1e-4', 1e-4],
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
    [inRange(ranges.images), '0'],
    [inRange(ranges.seed), '-1'],
    [inRange(ranges.seed), '1.5'],
    [inRange(ranges.seed), ''],
    [inRange(ranges.seed), ' '],
    [inRange(ranges.seed), '12x'],
    [inRange(ranges.seed), '9007199254740993'],
    [inRange(ranges.framesPerSecond), '0.9'],
    [inRange(ranges.framesPerSecond), '50.1'],
    [inRange(ranges.threads), '1025'],
    [inRange(ranges.framesPerSecond), 'NaN'],
    [inRange(ranges.epochs), '0'],
    [byteCount, ''],
    [byteCount, 'GB'],
    [byteCount, '1XB'],
    [byteCount, '-1GB'],
    [byteCount, '1e3'],
    [byteCount, '1,5g'],
    [byteCount, '1.2.3'],
    [byteCount, '9007199254740993'],
    [byteCount, 'Infinity'],
    [inRange(ranges.epochs), '-1'],
    [inRange(ranges.epochs), 'Infinity'],
    [inRange(ranges.epochs), ''],
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
    [size, '4097'],
  ])('refuses %s %j', (parse, text) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError);
  });

  it('collects what is repeated', () => {
    expect(collect('b', collect('a', []))).toEqual(['a', 'b']);
  });
});
