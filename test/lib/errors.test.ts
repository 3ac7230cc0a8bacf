import { describe, expect, it } from 'vitest';
import { GanodeError, invalid } from '../../lib/errors.js';

describe('invalid', () => {
  it.each([
    ['a string', '"a string" of type string'],
    [5, '5 of type number'],
    [undefined, 'nothing'],
    [null, 'null of type object'],
    [[1, 2, null], '1,2, of type object'],
    [Symbol('a'), 'Symbol(a) of type symbol'],
    [Object.create(null), '[object Object] of type object'],
    [{ toString: () => 5n ** 2n }, '25 of type object'],
    [new Float32Array([0.5, 2]), '0.5,2 of type object'],
  ])('shows %o as %s', (value, shown) => {
    expect(invalid('x', 'a y', value).message).toBe(`Expected a y for x but received ${shown}`);
  });

  it('cuts what is long, whatever it is', () => {
    const nested: unknown[] = [];
    for (let i = 0, at = nested; i < 20; i += 1) {
      const next: unknown[] = [];
      at.push('x'.repeat(1000), next, next);
      at = next;
    }
    const values = [
      'a'.repeat(5e6),
      new Uint8Array(5e6),
      new Array(5e6).fill('b'),
      nested,
      { toString: () => 'c'.repeat(5e6) },
      () => 'd'.repeat(5e6),
      new DataView(new ArrayBuffer(4)),
    ];
    for (const value of values) expect(invalid('x', 'a y', value).message.length).toBeLessThan(180);
    expect(invalid('x', 'a y', new Uint8Array(5e6)).message).toMatch(
      /0,0,0,.*… \(5000000 values\)/,
    );
    expect(invalid('x', 'a y', 'a'.repeat(500)).message).toMatch(/"a+… of type string$/);
  });

  it('so does every message', () => {
    const { message } = new GanodeError('INVALID_DATA', 'word '.repeat(1e6));
    expect(message.length).toBe(1200);
    expect(message.endsWith('…')).toBe(true);
  });
});
