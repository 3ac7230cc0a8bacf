import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../lib/nearest.js';

describe('didYouMean', () => {
  it('names the nearest word where one is near, and only then', () => {
    expect(didYouMean('dcgna', ['dcgan', 'keras-mnist'])).toBe('; did you mean "dcgan"?');
    expect(didYouMean('MNIST', ['mnist'])).toBe('; did you mean "mnist"?');
    expect(didYouMean('photographs', ['mnist', 'fashion-mnist'])).toBe('');
    expect(didYouMean('x', [])).toBe('');
  });

  it('knows what other software calls it', () => {
    expect(didYouMean('batchSize', ['batch', 'seed'])).toBe('; did you mean "batch"?');
    expect(didYouMean('num_workers', ['threads'])).toBe('; did you mean "threads"?');
    expect(didYouMean('nz', ['latentSize', 'width'])).toBe('; did you mean "latentSize"?');
    const top = ['model', 'optimizers', 'duration', 'latentSize'];
    expect(didYouMean('nz', top)).toBe('; did you mean "model.latentSize"?');
    expect(didYouMean('lr', top)).toBe('; did you mean "optimizers.generator.learningRate"?');
    expect(didYouMean('epochs', top)).toBe('; did you mean "duration.epochs"?');
    // A name that is known nowhere near is none.
    expect(didYouMean('lr', ['batch', 'model'])).toBe('');
  });
});
