import { describe, expect, it } from 'vitest';
import { classIndices, listNames, parseClasses } from '../../../lib/data/classes.js';

const names = ['cats', 'dogs', 'red pandas'];
const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(message) });

describe('class indices', () => {
  it('are of names and indices, one an image or one for all', () => {
    expect(classIndices(['dogs', 0, 'red pandas'], 3, 3, names)).toEqual(Int32Array.of(1, 0, 2));
    expect(classIndices('dogs', 2, 3, names)).toEqual(Int32Array.of(1, 1));
    expect(classIndices(2, 2, 3, undefined)).toEqual(Int32Array.of(2, 2));
    expect(classIndices(undefined, 2, 0, undefined)).toBeUndefined();
  });

  it.each([
    [[0, 1], 3, 3, /Expected 3 classes, one an image for labels but received 2/],
    [
      'dog',
      1,
      3,
      /class indices from 0 to 2 or names \(cats, dogs, red pandas\); did you mean "dogs"\?,/,
    ],
    [3, 1, 3, /class indices from 0 to 2 or names .* but received 3/],
    [-1, 1, 3, /received -1/],
    [undefined, 1, 3, /as the generator is conditional, for labels but received nothing/],
    [0, 1, 0, /none, as the generator has no classes/],
  ])('refuses %j for %i of %i classes', (labels, count, classes, message) => {
    expect(() => classIndices(labels, count, classes, names)).toThrow(refused(message));
  });

  it('refuses names where none are known', () => {
    const message = /Expected class indices from 0 to 2, for labels but received "dogs"/;
    expect(() => classIndices('dogs', 1, 3, undefined)).toThrow(refused(message));
  });

  it('refuses a name that several classes have', () => {
    expect(() => classIndices('a', 1, 2, ['a', 'a'])).toThrow(refused(/several classes/));
  });
});

describe('classes on a command line', () => {
  it('are names, indices, and lists of them', () => {
    expect(parseClasses('dogs', names)).toEqual(['dogs']);
    expect(parseClasses('0, dogs,2', names)).toEqual([0, 'dogs', 2]);
    expect(parseClasses('4')).toEqual([4]);
    expect(parseClasses('a, b', ['a, b', 'a'])).toEqual(['a, b']);
  });

  it('are told apart where a number is a name too', () => {
    const digits = ['1', '2', '3'];
    expect(() => parseClasses('1', digits)).toThrow(
      refused(
        /index:1 \("2"\) or name:1 \(index 0\), as both are there, for labels but received "1"/,
      ),
    );
    expect(parseClasses('index:1,name:1', digits)).toEqual([1, '1']);
    expect(parseClasses('1', ['0', '1'])).toEqual([1]);
    expect(() => parseClasses('index:x')).toThrow(refused(/a whole number after index:/));
  });

  it('are listed, the first few where there are many', () => {
    expect(listNames(names)).toBe('cats, dogs, red pandas');
    const many = Array.from({ length: 30 }, (_, i) => `c${i}`);
    expect(listNames(many)).toBe(`${many.slice(0, 12).join(', ')}, … 30 in all`);
    expect(listNames(['cats', 'x'.repeat(5000)])).toBe(`cats, ${'x'.repeat(39)}…`);
  });
});
