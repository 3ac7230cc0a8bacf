import { expect, it } from 'vitest';
import { changesBetween } from '../../../lib/train/changes.js';

it('changes are named by their innermost path, with both values', () => {
  const before = {
    batch: 64,
    ema: null,
    optimizers: { generator: { learningRate: 2e-4, betas: [0.5, 0.999] } },
    penalties: [{ kind: 'r1', weight: 1 }],
  };
  const now = {
    batch: 64,
    ema: { decay: 0.9 },
    optimizers: { generator: { learningRate: 1e-4, betas: [0.5, 0.9] } },
    penalties: [{ kind: 'r1', weight: 1 }, { kind: 'r2' }],
    seed: 1,
  };
  expect(changesBetween(before, before)).toEqual([]);
  expect(changesBetween(before, now)).toEqual([
    { setting: 'ema', before: 'null', now: '{"decay":0.9}' },
    { setting: 'optimizers.generator.learningRate', before: '0.0002', now: '0.0001' },
    { setting: 'optimizers.generator.betas.1', before: '0.999', now: '0.9' },
    {
      setting: 'penalties',
      before: '[{"kind":"r1","weight":1}]',
      now: '[{"kind":"r1","weight":1},{"kind":"r2"}]',
    },
    { setting: 'seed', before: 'nothing', now: '1' },
  ]);
  const [long] = changesBetween({ a: 'x' }, { a: 'y'.repeat(1000) });
  expect(long?.now).toBe(`"${'y'.repeat(79)}…`);
});
