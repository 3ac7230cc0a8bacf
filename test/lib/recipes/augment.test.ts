import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  adaGroups,
  adaTransforms,
  augmentSchema,
  diffAugmentPolicies,
} from '../../../lib/recipes/augment.js';

/** The names that native code knows: test/native/augment_options_test.cc holds it to the same list. */
const names = JSON.parse(
  readFileSync(new URL('../../reference/fixtures/augment-names.json', import.meta.url), 'utf8'),
);

describe('augment', () => {
  it('has the names of the native side', () => {
    expect(diffAugmentPolicies).toEqual(names.policies);
    expect(adaTransforms).toEqual(names.transforms);
    expect([...adaGroups].sort()).toEqual(Object.keys(names.groups).sort());
    for (const name of [...names.transforms, ...Object.keys(names.groups)]) {
      expect(augmentSchema.safeParse({ kind: 'ada', pipeline: [name] }).success, name).toBe(true);
    }
  });

  it('fills in the defaults of the papers, and reads its own result again', () => {
    const diff = augmentSchema.parse({ kind: 'diffAugment' });
    expect(diff).toEqual({ kind: 'diffAugment', policy: ['color', 'translation', 'cutout'] });
    const ada = augmentSchema.parse({ kind: 'ada' });
    expect(ada).toEqual({
      kind: 'ada',
      pipeline: ['bgc'],
      target: 0.6,
      speed: 500_000,
      interval: 4,
      probability: 0,
    });
    const r3gan = augmentSchema.parse({
      kind: 'ada',
      pipeline: ['bg', { transform: 'color', multiplier: 0.5 }, 'cutout', { transform: 'hue' }],
      target: null,
      probability: 0.3,
    });
    expect(r3gan).toMatchObject({
      pipeline: [
        'bg',
        { transform: 'color', multiplier: 0.5 },
        'cutout',
        { transform: 'hue', multiplier: 1 },
      ],
    });
    for (const options of [diff, ada, r3gan]) expect(augmentSchema.parse(options)).toEqual(options);
  });

  it.each([
    { kind: 'blur' },
    { kind: 'diffAugment', policy: ['flip'] },
    { kind: 'diffAugment', policy: ['color'], target: 0.6 },
    { kind: 'ada', pipeline: ['gbc'] },
    { kind: 'ada', pipeline: 'bgc' },
    { kind: 'ada', pipeline: [{ transform: 'hue', multiplier: 1.5 }] },
    { kind: 'ada', pipeline: [{ transform: 'hue', strength: 1 }] },
    { kind: 'ada', target: 1.1 },
    { kind: 'ada', speed: 0 },
    { kind: 'ada', interval: 0.5 },
    { kind: 'ada', probability: -0.1 },
  ])('refuses %j', (options) => {
    expect(augmentSchema.safeParse(options).success).toBe(false);
  });
});
