import { describe, expect, it } from 'vitest';
import { summary } from '../../lib/graph/index.js';
import { parseJson, requirePlain } from '../../lib/json.js';
import { resolveRecipe } from '../../lib/recipes/index.js';
import { Trainer } from '../../lib/train/trainer.js';
import { nested } from '../helpers/checkpoint.js';
import { tinyData, tinyRecipe } from '../helpers/tiny.js';

const invalid = (message: RegExp) =>
  expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(message) });

/** An object that holds itself, far inside. */
function cyclic(): Record<string, unknown> {
  const inner: Record<string, unknown> = {};
  inner['self'] = inner;
  return { a: { b: inner } };
}

describe('JSON from outside', () => {
  it('is read where it is within the limits', () => {
    expect(parseJson('{"a":[1,null,"x"],"b":true}', 'it')).toEqual({ a: [1, null, 'x'], b: true });
    expect(parseJson(nested(64), 'it')).toBeInstanceOf(Array);
  });

  it.each([
    ['{"a":', /^it: .*JSON/],
    [nested(66), /^it: expected plain data of at most 64 levels but received more/],
    [nested(100_000), /^it: expected plain data of at most 64 levels/],
    [`[${'0,'.repeat(500_000)}0]`, /^it: expected at most 500,000 values but received more/],
    [`"${'x'.repeat(2 ** 24)}"`, /^it: expected at most 17 MB of JSON but it has 17 MB/],
    ['{"a":{"__proto__":{"b":1}}}', /^it\.a: expected no key of this name/],
  ])('is refused beyond them', (text, message) => {
    expect(() => parseJson(text, 'it')).toThrow(invalid(message));
  });

  it.each([
    [1n, /^it\.a: expected plain data, as JSON has it, but received 1 of type bigint/],
    [() => 0, /^it\.a: expected plain data, .* of type function/],
    [new Date(0), /^it\.a: expected plain data, .* \[object Date\]/],
    [new Float32Array(2), /^it\.a: expected plain data, .* \[object Float32Array\]/],
  ])('is nothing that JSON cannot hold', (value, message) => {
    expect(() => requirePlain({ a: value }, 'it')).toThrow(invalid(message));
  });
});

describe('what a caller gives', () => {
  it('may hold itself, and is refused in words', async () => {
    const levels = invalid(
      /expected plain data of at most 64 levels but received more, or a value in itself/,
    );
    const image = { channels: 1, height: 8, width: 8 };
    expect(() => resolveRecipe(tinyRecipe({ model: cyclic() }), { image })).toThrow(levels);
    const training = Trainer.create({ recipe: tinyRecipe({ model: cyclic() }), data: tinyData() });
    await expect(training).rejects.toThrow(levels);
    expect(() => summary(cyclic() as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_GRAPH',
        message: expect.stringMatching(/64 levels/),
      }),
    );
  });
});
