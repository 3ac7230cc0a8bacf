/** What the operators that only GANs have refuse, and what they cost. */
import { describe, expect, it } from 'vitest';
import {
  conditionalBatchNorm,
  graph,
  groupNorm,
  input,
  instanceNorm,
  minibatchDiscrimination,
  minibatchStdDev,
  pixelNorm,
  projection,
  selfAttention,
  type Value,
  virtualBatchNorm,
} from '../../../lib/graph/index.js';
import { native } from '../../../lib/native.js';

const z = input('z', { shape: [6] });
const image = input('image', { shape: [2, 4, 4] });
const deep = input('deep', { shape: [16, 4, 6] });
const label = input('label', { classes: 3 });

const report = (value: Value) => native().inspectGraph(JSON.stringify(graph({ y: value })));

describe('operators of GANs', () => {
  it('refuse a wrong attribute on the line that writes it', () => {
    const wrong: [() => unknown, RegExp][] = [
      [() => groupNorm(image, {} as never), /a whole number from 1 for groups of groupNorm/],
      [() => pixelNorm(image, { epsilon: 2 }), /a number from 0 to 1 for epsilon of pixelNorm/],
      [() => instanceNorm(image, { affine: 1 as never }), /true or false for affine/],
      [() => virtualBatchNorm(z, { epsilon: -1 }), /for epsilon of virtualBatchNorm/],
      [() => minibatchStdDev(image, { groupSize: 0 }), /for groupSize of minibatchStdDev/],
      [
        () => minibatchDiscrimination(z, { kernels: 2 } as never),
        /for kernelSize of minibatchDiscrimination but received nothing/,
      ],
      [() => selfAttention(deep, { pool: 2 as never }), /true or false for pool of selfAttention/],
      [
        () => conditionalBatchNorm(image, z, { momentum: 2 }),
        /for momentum of conditionalBatchNorm/,
      ],
      [
        () => projection(z, label, { spectralNorm: 'yes' as never }),
        /for spectralNorm of projection/,
      ],
      [
        () => projection(z, undefined as never),
        /a value made by the graph builder for input of projection/,
      ],
    ];
    for (const [build, message] of wrong) {
      expect(build).toThrow(message);
      expect(build).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    }
  });

  it('refuse inputs that do not fit, and name the node', () => {
    const wrong: [Value, RegExp][] = [
      [
        groupNorm(image, { groups: 3 }),
        /node "groupNorm" \(groupNorm\): expected groups to divide 2 channels, got 3/,
      ],
      [groupNorm(z, { groups: 6 }), /would make every value 0/],
      [instanceNorm(z), /expected an input of shape \[channels, height, width\], got \[6\]/],
      [virtualBatchNorm(label), /expected real values, got a label of 3 classes/],
      [minibatchStdDev(image, { features: 3 }), /expected features to divide 2 channels, got 3/],
      [
        minibatchDiscrimination(image, { kernels: 1, kernelSize: 1 }),
        /expected an input of shape \[features\], got \[2, 4, 4\]/,
      ],
      [selfAttention(image), /expected channels to divide by 8, got \[2, 4, 4\]/],
      [
        selfAttention(input('odd', { shape: [8, 3, 4] })),
        /expected height and width to be even, or pool false, got \[8, 3, 4\]/,
      ],
      [
        conditionalBatchNorm(image, deep),
        /expected an input of shape \[features\], got \[16, 4, 6\]/,
      ],
      [conditionalBatchNorm(label, z), /\[channels, height, width\], got a label of 3 classes/],
      [
        conditionalBatchNorm(image, label, { spectralNorm: true }),
        /has no attribute "spectralNorm"/,
      ],
      [projection(z, z), /expected input 2 to be a label \(\{classes\}\), got \[6\]/],
      [projection(image, label), /expected an input of shape \[features\], got \[2, 4, 4\]/],
    ];
    for (const [value, message] of wrong) {
      expect(() => report(value)).toThrow(message);
      expect(() => report(value)).toThrow(expect.objectContaining({ code: 'INVALID_GRAPH' }));
    }
    const alone = { version: 1, inputs: { z: { shape: [6] } }, outputs: { y: 'n' } };
    for (const [op, message] of [
      ['projection', /expected two inputs, the features and a label, got 1 input$/],
      ['conditionalBatchNorm', /expected two inputs, the values and a label or a vector, got 1/],
    ] as const) {
      const text = JSON.stringify({ ...alone, nodes: [{ name: 'n', op, inputs: ['z'] }] });
      expect(() => native().inspectGraph(text)).toThrow(message);
    }
  });

  it('count parameters, buffers and multiply-adds', () => {
    const counts = (value: Value) => {
      const { parameters, buffers, multiplyAdds } = report(value).nodes[0] ?? {};
      return [parameters, buffers, multiplyAdds];
    };
    // θ and φ 2×16, g 8×16, o 16×8, gamma; 24 pixels, of which 6 are attended to, with 2 + 8 channels.
    const attention = [2 * 32 + 2 * 128 + 1, 0, 24 * (2 * 32 + 2 * 128) + 24 * 6 * 10];
    expect(counts(selfAttention(deep))).toEqual(attention);
    expect(counts(selfAttention(deep, { spectralNorm: true }))[1]).toBe(2 * 18 + 2 * 24);
    expect(counts(conditionalBatchNorm(image, label))).toEqual([2 * 3 * 2, 2 * 2, 0]);
    expect(counts(conditionalBatchNorm(image, z))).toEqual([2 * 2 * 6, 2 * 2, 2 * 2 * 6]);
    expect(counts(projection(z, label))).toEqual([18, 0, 6]);
    expect(counts(minibatchDiscrimination(z, { kernels: 3, kernelSize: 2 }))).toEqual([36, 0, 36]);
    expect(counts(virtualBatchNorm(image))).toEqual([4, 5, 0]);
    expect(counts(groupNorm(image, { groups: 1 }))).toEqual([4, 0, 0]);
  });
});
