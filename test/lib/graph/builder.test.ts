import { describe, expect, it } from 'vitest';
import * as graphs from '../../../lib/graph/index.js';
import {
  add,
  avgPool,
  batchNorm,
  concat,
  conditionalBatchNorm,
  conv2d,
  convTranspose2d,
  dense,
  downsample,
  dropout,
  embedding,
  flatten,
  gelu,
  globalAvgPool,
  globalSumPool,
  graph,
  groupNorm,
  input,
  instanceNorm,
  layerNorm,
  leakyRelu,
  maxout,
  maxPool,
  minibatchDiscrimination,
  minibatchStdDev,
  multiply,
  oneHot,
  pixelNorm,
  projection,
  relu,
  reshape,
  selfAttention,
  sigmoid,
  silu,
  softplus,
  summary,
  tanh,
  upsample,
  type Value,
  virtualBatchNorm,
} from '../../../lib/graph/index.js';
import { native } from '../../../lib/native.js';

describe('graph builder', () => {
  it('writes nodes in the order of creation, with names made from the operators', () => {
    const x = input('image', { shape: [1, 4, 4] });
    const a = conv2d(x, { filters: 2, kernel: 3, padding: 1 });
    const b = conv2d(x, { filters: 2, kernel: 1, name: 'skip', frozen: true });
    const spec = graph({ logits: dense(flatten(relu(add([a, b]))), { units: 1 }) });
    expect(spec.inputs).toEqual({ image: { shape: [1, 4, 4] } });
    expect(spec.nodes.map(({ name, inputs }) => [name, inputs])).toEqual([
      ['conv2d', ['image']],
      ['skip', ['image']],
      ['add', ['conv2d', 'skip']],
      ['relu', ['add']],
      ['flatten', ['relu']],
      ['dense', ['flatten']],
    ]);
    expect(spec.nodes[1]).toEqual({
      name: 'skip',
      op: 'conv2d',
      inputs: ['image'],
      filters: 2,
      kernel: 1,
      frozen: true,
    });
    expect(spec.outputs).toEqual({ logits: 'dense' });
  });

  it('never takes a name that somebody chose', () => {
    const x = input('x', { shape: [2] });
    const spec = graph({ y: relu(relu(relu(x), { name: 'relu1' })) });
    expect(spec.nodes.map(({ name }) => name)).toEqual(['relu', 'relu1', 'relu2']);
  });

  it('refuses two nodes of one name, and what is no value', () => {
    const x = input('x', { shape: [2] });
    expect(() => graph({ y: relu(relu(x, { name: 'a' }), { name: 'a' }) })).toThrow(
      /are called "a"/,
    );
    expect(() => relu('x' as never)).toThrow(/a value made by the graph builder for input of relu/);
  });

  it('refuses a wrong attribute on the line that writes it', () => {
    const x = input('x', { shape: [2, 8, 8] });
    const wrong: [() => unknown, RegExp][] = [
      [
        () => dense(x, {} as never),
        /a whole number from 1 for units of dense but received nothing/,
      ],
      [() => conv2d(x, { filters: 1.5, kernel: 3 }), /for filters of conv2d but received 1.5/],
      [
        () => conv2d(x, { filters: 1, kernel: [3] as never }),
        /or a pair of them for kernel of conv2d/,
      ],
      [
        () => conv2d(x, { filters: 1, kernel: 3, padding: 'valid' as never }),
        /'same', a whole number/,
      ],
      [() => dropout(x, { rate: 1 }), /from 0 to under 1 for rate of dropout/],
      [
        () => relu(x, { name: 'a b' }),
        /letters, digits, _ and - for name of relu but received "a b"/,
      ],
      [() => add(x as never), /a list of values for inputs of add/],
      [() => reshape(x, { shape: [0] }), /1 to 8 whole numbers from 1 for shape of reshape/],
      [() => upsample(x, { mode: 'cubic' as never }), /one of 'nearest', 'bilinear' for mode/],
      [() => input('__proto__', { shape: [1] }), /for name of an input/],
      [() => input('x', {} as never), /either { shape } or { classes } for input x/],
      [() => input('x', { classes: 0 }), /a whole number from 1 for classes of input x/],
      [() => graph({}), /at least one { name: value } for outputs/],
      [() => graph({ y: 3 as never }), /a value made by the graph builder for output y/],
    ];
    for (const [build, message] of wrong) {
      expect(build).toThrow(message);
      expect(build).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    }
  });

  it('has a function for every operator of the native side, with attributes that it takes', () => {
    const z = input('z', { shape: [6] });
    const image = input('image', { shape: [2, 4, 4] });
    const deep = input('deep', { shape: [8, 2, 4] });
    const label = input('label', { classes: 3 });
    const sequence = input('sequence', { shape: [4, 2] });
    const made: Record<string, Value> = {
      dense: dense(z, { units: 2, bias: false, initializer: 'heNormal', frozen: true }),
      embedding: embedding(label, { units: 2, initializer: { kind: 'normal', std: 1 } }),
      oneHot: oneHot(label),
      conv2d: conv2d(image, {
        filters: 4,
        kernel: [3, 1],
        stride: 2,
        padding: 'same',
        dilation: 1,
        groups: 2,
        biasInitializer: 'zeros',
      }),
      convTranspose2d: convTranspose2d(image, {
        filters: 2,
        kernel: 3,
        stride: 2,
        padding: 1,
        outputPadding: 1,
      }),
      batchNorm: batchNorm(image, { momentum: 0.2, epsilon: 1e-3, affine: true }),
      layerNorm: layerNorm(image, { epsilon: 1e-3, initializer: 'ones', biasInitializer: 'zeros' }),
      instanceNorm: instanceNorm(image, { affine: false }),
      groupNorm: groupNorm(image, { groups: 2, epsilon: 1e-3 }),
      virtualBatchNorm: virtualBatchNorm(z, { initializer: 'ones' }),
      conditionalBatchNorm: conditionalBatchNorm(image, z, { momentum: 0.2, spectralNorm: true }),
      pixelNorm: pixelNorm(image, { epsilon: 1e-6 }),
      projection: projection(z, label, { spectralNorm: true, initializer: 'orthogonal' }),
      selfAttention: selfAttention(deep, { pool: false, spectralNorm: true }),
      minibatchStdDev: minibatchStdDev(image, { groupSize: 8, features: 2 }),
      minibatchDiscrimination: minibatchDiscrimination(z, { kernels: 3, kernelSize: 2 }),
      dropout: dropout(z, { rate: 0.1 }),
      relu: relu(z),
      leakyRelu: leakyRelu(z, { negativeSlope: 0.1 }),
      tanh: tanh(z),
      sigmoid: sigmoid(z),
      softplus: softplus(z),
      silu: silu(z),
      gelu: gelu(z, { approximate: 'tanh' }),
      maxout: maxout(z, { pieces: 3 }),
      reshape: reshape(z, { shape: [2, 3] }),
      flatten: flatten(image),
      concat: concat([image, image], { axis: 2 }),
      add: add([image, image]),
      multiply: multiply([image, image]),
      upsample: upsample(image, { factor: 3, mode: 'bilinear' }),
      downsample: downsample(image, { factor: 4, mode: 'nearest' }),
      avgPool: avgPool(image, { kernel: 2, stride: 1, padding: 1 }),
      maxPool: maxPool(image, { kernel: 2 }),
      globalAvgPool: globalAvgPool(image),
      globalSumPool: globalSumPool(image),
      slice: graphs.slice(image, { axis: 1, start: 1, length: 2 }),
      upfirdn: graphs.upfirdn(image, { filter: [1, 3, 3, 1], up: 2, padding: [2, 1], gain: 4 }),
      lstm: graphs.lstm(sequence, { units: 3, layers: 2, bidirectional: true, dropout: 0.1 }),
      gru: graphs.gru(sequence, { units: 3, returnSequences: false, bias: false }),
      styleMapping: graphs.styleMapping(z, undefined, {
        units: 5,
        styles: 4,
        layers: 2,
        mixing: 0,
      }),
      modulatedConv2d: graphs.modulatedConv2d(image, graphs.dense(z, { units: 2 }), {
        filters: 3,
        kernel: 3,
        up: 2,
        demodulate: false,
        gain: 2,
      }),
      noise: graphs.noise(image),
      constant: graphs.constant(z, { shape: [3, 2] }),
      fade: graphs.fade(image, add([image, image]), { level: 2 }),
      gate: graphs.gate(z, z, { kind: 'soft', temperature: 0.5 }),
      mixture: graphs.mixture(image, input('weights', { shape: [2] })),
      repeat: graphs.repeat(z, { count: 3 }),
    };
    const report = native().inspectGraph(JSON.stringify(graph(made)));
    const shapes = Object.fromEntries(report.nodes.map(({ op, shape }) => [op, shape]));
    expect(shapes).toEqual({
      dense: [2],
      embedding: [2],
      oneHot: [3],
      conv2d: [4, 2, 2],
      convTranspose2d: [2, 8, 8],
      batchNorm: [2, 4, 4],
      layerNorm: [2, 4, 4],
      instanceNorm: [2, 4, 4],
      groupNorm: [2, 4, 4],
      virtualBatchNorm: [6],
      conditionalBatchNorm: [2, 4, 4],
      pixelNorm: [2, 4, 4],
      projection: [1],
      selfAttention: [8, 2, 4],
      minibatchStdDev: [4, 4, 4],
      minibatchDiscrimination: [9],
      dropout: [6],
      relu: [6],
      leakyRelu: [6],
      tanh: [6],
      sigmoid: [6],
      softplus: [6],
      silu: [6],
      gelu: [6],
      maxout: [2],
      reshape: [2, 3],
      flatten: [32],
      concat: [2, 4, 8],
      add: [2, 4, 4],
      multiply: [2, 4, 4],
      upsample: [2, 12, 12],
      downsample: [2, 1, 1],
      avgPool: [2, 5, 5],
      maxPool: [2, 2, 2],
      globalAvgPool: [2],
      globalSumPool: [2],
      slice: [2, 2, 4],
      upfirdn: [2, 8, 8],
      lstm: [4, 6],
      gru: [3],
      styleMapping: [4, 5],
      modulatedConv2d: [3, 8, 8],
      noise: [2, 4, 4],
      constant: [3, 2],
      fade: [2, 4, 4],
      gate: [6],
      mixture: [1, 4, 4],
      repeat: [3, 6],
    });
    // The native side names its operators where one is unknown: none is without a function here.
    const unknown = { name: 'n', op: 'none', inputs: ['z'] };
    const spec = {
      version: 1,
      inputs: { z: { shape: [1] } },
      nodes: [unknown],
      outputs: { y: 'n' },
    };
    expect(() => native().inspectGraph(JSON.stringify(spec))).toThrow(
      `there are ${Object.keys(made).sort().join(', ')}`,
    );
  });

  it('summarizes shapes, parameters and multiply-adds', () => {
    const x = input('image', { shape: [3, 8, 8] });
    const text = summary(
      graph({
        y: dense(flatten(conv2d(x, { filters: 4, kernel: 3, stride: 2, padding: 1 })), {
          units: 5,
        }),
      }),
    );
    // 4·3·9 + 4 and 5·64 + 5 parameters; 4·3·9·16 and 5·64 multiply-adds.
    expect(text.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['name', 'operator', 'output', 'parameters', 'multiply-adds'],
      ['image', 'input', '3×8×8'],
      ['conv2d', 'conv2d', '4×4×4', '112', '1,728'],
      ['flatten', 'flatten', '64', '0', '0'],
      ['dense', 'dense', '5', '325', '320'],
      ['total', '437', '2,048'],
    ]);
  });
});

describe('shape inference names the node and what it expected', () => {
  const check = (nodes: object[], inputs: object = { x: { shape: [2, 5, 5] } }): void => {
    native().inspectGraph(JSON.stringify({ version: 1, inputs, nodes, outputs: { y: 'n' } }));
  };
  const n = (op: string, attributes: object = {}, inputs = ['x']): object[] => [
    { name: 'n', op, inputs, ...attributes },
  ];

  it.each([
    [
      n('dense', { units: 3 }),
      /node "n" \(dense\): expected an input of shape \[features\] or \[steps, features\], got \[2, 5, 5\]/,
    ],
    [n('conv2d', { filters: 2 }), /node "n" \(conv2d\): expected kernel, and it is absent/],
    [
      n('conv2d', { filters: 2, kernel: 0 }),
      /expected kernel to be a whole number from 1 to 1000000 or a pair of them, got 0/,
    ],
    [
      n('conv2d', { filters: 2, kernel: 9 }),
      /the kernel spans 9×9 and does not fit the input \[2, 5, 5\]/,
    ],
    [
      n('conv2d', { filters: 3, kernel: 1, groups: 2 }),
      /expected groups to divide channels and filters/,
    ],
    [n('conv2d', { filters: 2, kernel: 1, colour: 1 }), /has no attribute "colour"/],
    [
      n('conv2d', { filters: 2, kernel: 1, initializer: 'nromal' }),
      /expected an initializer of .*, got "nromal"/,
    ],
    [n('reshape', { shape: [7] }), /cannot reshape \[2, 5, 5\] \(50 values\) to \[7\] \(7\)/],
    [n('add', {}), /expected two or more inputs, got 1/],
    [n('embedding', { units: 2 }), /expected one input, a label/],
    [n('dropout', { rate: 1 }), /expected rate to be under 1/],
    [n('maxout', { pieces: 3 }), /expected pieces to divide 2 features, got 3/],
    [n('downsample', {}), /expected height and width to divide by factor 2, got \[2, 5, 5\]/],
    [n('maxPool', { kernel: 6 }), /the kernel does not fit/],
    [n('warp'), /no such operator; there are add,/],
    [n('relu', {}, ['q']), /its input "q" is no graph input and no earlier node/],
    [[{ op: 'relu', inputs: ['x'] }], /node 0: expected a name|expected "name"/],
  ])('%j', (nodes, message) => {
    expect(() => check(nodes)).toThrow(message);
    expect(() => check(nodes)).toThrow(expect.objectContaining({ code: 'INVALID_GRAPH' }));
  });

  it('refuses what is no graph', () => {
    for (const text of [
      '',
      '[]',
      '{"version":2}',
      '{"version":1,"inputs":{},"nodes":[],"outputs":{}}',
    ]) {
      expect(() => native().inspectGraph(text)).toThrow(/^graph: /);
    }
    expect(() => native().inspectGraph(7 as never)).toThrow(
      /Expected a string for graph but received 7/,
    );
  });
});
