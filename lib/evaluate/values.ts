/** Data by its values alone, without a network: for sequences, and whatever else no classifier knows. */
import type { FeatureExtractor } from './extractor.js';

/** The features of an item are its values, in row-major order; bytes are scaled to [-1, 1]. */
export function valuesExtractor(): FeatureExtractor {
  return {
    id: 'values',
    description: 'the values themselves',
    async extract({ shape, data }) {
      const [count = 0] = shape;
      const values =
        data instanceof Float32Array ? data : Float32Array.from(data, (byte) => byte / 127.5 - 1);
      return { features: { count, size: values.length / count, data: values } };
    },
    async dispose() {},
  };
}
