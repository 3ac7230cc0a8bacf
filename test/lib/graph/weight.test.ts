import { describe, expect, it } from 'vitest';
import {
  conv2d,
  convTranspose2d,
  dense,
  embedding,
  graph,
  input,
  type Value,
} from '../../../lib/graph/index.js';
import { native } from '../../../lib/native.js';

const x = input('x', { shape: [4] });
const image = input('image', { shape: [2, 4, 4] });
const label = input('label', { classes: 5 });

const report = (value: Value) => native().inspectGraph(JSON.stringify(graph({ y: value })));

describe('weight options', () => {
  it('are taken by every operator with weights, and spectral vectors are buffers', () => {
    const options = { spectralNorm: true, spectralIterations: 2 };
    const buffers = (value: Value) => report(value).nodes[0]?.buffers;
    expect(buffers(dense(x, { units: 3, ...options }))).toBe(3 + 4);
    expect(buffers(conv2d(image, { filters: 3, kernel: 2, ...options }))).toBe(3 + 2 * 4);
    expect(buffers(convTranspose2d(image, { filters: 3, kernel: 2, ...options }))).toBe(3 + 2 * 4);
    expect(buffers(embedding(label, { units: 3, ...options }))).toBe(5 + 3);
    const equalized = { equalized: true, equalizedGain: 1, learningRateMultiplier: 0.01 };
    for (const value of [
      dense(x, { units: 3, ...equalized }),
      conv2d(image, { filters: 3, kernel: 2, ...equalized }),
      convTranspose2d(image, { filters: 3, kernel: 2, ...equalized }),
      embedding(label, { units: 3, ...equalized }),
    ]) {
      expect(buffers(value)).toBe(0);
    }
  });

  it('are checked on the line that writes them', () => {
    const wrong: [() => unknown, RegExp][] = [
      [() => dense(x, { units: 1, spectralNorm: 1 as never }), /true or false for spectralNorm/],
      [
        () => conv2d(image, { filters: 1, kernel: 1, spectralIterations: 0 }),
        /a whole number from 1 for spectralIterations of conv2d but received 0/,
      ],
      [
        () => embedding(label, { units: 1, equalized: 'yes' as never }),
        /for equalized of embedding/,
      ],
      [() => dense(x, { units: 1, equalizedGain: -1 }), /for equalizedGain of dense/],
      [() => dense(x, { units: 1, learningRateMultiplier: 0 }), /for learningRateMultiplier/],
    ];
    for (const [build, message] of wrong) {
      expect(build).toThrow(message);
      expect(build).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    }
  });

  it('are refused where they make no sense', () => {
    const wrong: [Value, RegExp][] = [
      [
        dense(x, { units: 1, spectralNorm: true, equalized: true }),
        /node "dense" \(dense\): expected spectralNorm or equalized, got both/,
      ],
      [
        dense(x, { units: 1, spectralNorm: true, initializer: 'zeros' }),
        /spectralNorm cannot start from weights of zero/,
      ],
      [dense(x, { units: 1, spectralIterations: 2 }), /has no attribute "spectralIterations"/],
      [dense(x, { units: 1, equalizedGain: 1 }), /has no attribute "equalizedGain"/],
    ];
    for (const [value, message] of wrong) {
      expect(() => report(value)).toThrow(message);
      expect(() => report(value)).toThrow(expect.objectContaining({ code: 'INVALID_GRAPH' }));
    }
  });
});
