import { expect, it } from 'vitest';
import { describeScheduled } from '../../../lib/recipes/scheduled.js';

it.each([
  [2e-4, '2e-4'],
  [0, '0'],
  [0.5, '0.5'],
  [0.01, '0.01'],
  [2.5e-5, '2.5e-5'],
  [10_000, '10,000'],
  [
    { schedule: 'cosine', from: 2e-4, to: 5e-5, images: 1_000_000, start: 0 },
    '2e-4 → 5e-5 over 1,000,000 images, cosine',
  ],
  [
    { schedule: 'linear', from: 0, to: 0.5, images: 5000, start: 20_000 },
    '0 → 0.5 over 5,000 images after the first 20,000, linear',
  ],
] as const)('%o is told as %s', (value, text) => {
  expect(describeScheduled(value)).toBe(text);
});
