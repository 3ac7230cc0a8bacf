import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../lib/nearest.js';

describe('didYouMean', () => {
  it('names the nearest word where one is near, and only then', () => {
    expect(didYouMean('dcgna', ['dcgan', 'keras-mnist'])).toBe('; did you mean "dcgan"?');
    expect(didYouMean('MNIST', ['mnist'])).toBe('; did you mean "mnist"?');
    expect(didYouMean('photographs', ['mnist', 'fashion-mnist'])).toBe('');
    expect(didYouMean('x', [])).toBe('');
  });
});
