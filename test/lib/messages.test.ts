/** Messages are one short line, whatever the files and options that they tell of hold. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../lib/data/source.js';
import { GanodeError } from '../../lib/errors.js';
import { npy } from '../../lib/image/npy.js';
import { applySettings, resolveRecipe } from '../../lib/recipes/index.js';
import { plain, red } from '../helpers/pictures.js';
import { temporaryDir } from '../helpers/tiny.js';
import { zip } from '../helpers/zip.mjs';

const image = { channels: 1, height: 16, width: 16 };
const square = { height: 4, width: 4 };

async function refusal(action: () => unknown): Promise<GanodeError> {
  try {
    await action();
  } catch (error) {
    expect(error).toBeInstanceOf(GanodeError);
    return error as GanodeError;
  }
  throw new Error('nothing was refused');
}

const pixels = (count: number): Uint8Array => new Uint8Array(count * 16);

describe('control characters', () => {
  it('of a message are written as JavaScript writes them, and line ends as blanks', () => {
    const error = new GanodeError('INVALID_DATA', 'a\u001b[2Jb\u0000\u009bc\n  d\u2028e');
    expect(error.message).toBe('a\\u001b[2Jb\\u0000\\u009bc d\\u2028e');
  });

  it('of settings', async () => {
    const { message } = await refusal(() => resolveRecipe({ '\u001b[31m': 1 }, { image }));
    expect(message).toBe('Unknown option "\\u001b[31m"');
  });

  it('of the names of arrays, in refusals and in warnings', async () => {
    const path = join(await temporaryDir(), 'a.npz');
    await writeFile(path, zip([{ name: '\u001b[2J.npy', data: npy([2, 4, 4], pixels(2)) }]));
    const { message } = await refusal(() => openDataset(`${path}:x`));
    expect(message).toBe(`${path}: has no array "x": it holds \\u001b[2J (2×4×4 |u1)`);
    const { warnings } = await openDataset(path);
    expect(warnings).toEqual([`${path}: images are "\\u001b[2J" (2×4×4), no labels`]);
  });

  it('of the names of pictures, in warnings', async () => {
    const dir = join(await temporaryDir(), 'data');
    await mkdir(dir);
    await writeFile(join(dir, 'good.png'), await plain(red));
    await writeFile(join(dir, '\u001b[31m.png'), (await plain(red)).subarray(0, 40));
    const { warnings } = await openDataset(dir, { image: square });
    expect(warnings).toEqual([
      expect.stringMatching(/^1 of 2 pictures do not decode: \\u001b\[31m\.png: /),
    ]);
  });
});

describe('what is long', () => {
  it.each([
    ['the name of a recipe', () => resolveRecipe({ recipe: 'x'.repeat(5000) }, { image })],
    ['a setting without =', () => applySettings({}, ['x'.repeat(5000)])],
    ['a setting through a number', () => applySettings({ a: 1 }, [`a.b=${'1'.repeat(5000)}`])],
    [
      'a setting of a config with its networks',
      () =>
        applySettings({ models: { generator: {}, discriminator: {} } }, [
          `model.width=${'1'.repeat(5000)}`,
        ]),
    ],
  ])('is cut: %s', async (_, action) => {
    expect((await refusal(action)).message.length).toBeLessThan(500);
  });

  it('is cut: names of arrays, and arrays of thousands of sides', async () => {
    const dir = await temporaryDir();
    const name = 'n'.repeat(3000);
    await writeFile(
      join(dir, 'a.npz'),
      zip([{ name: `${name}.npy`, data: npy([1], Uint8Array.of(1)) }]),
    );
    const { message } = await refusal(() => openDataset(join(dir, 'a.npz:x')));
    expect(message.replace(dir, '')).toBe(
      `/a.npz: has no array "x": it holds ${'n'.repeat(39)}… (1 |u1)`,
    );
    await writeFile(join(dir, 'a.npy'), npy(new Array(2000).fill(1), Uint8Array.of(1)));
    const sides = await refusal(() => openDataset(join(dir, 'a.npy')));
    expect(sides.message).toMatch(/but it is 1×1×1×1×1×1×1×1×… \(2000 sides\)$/);
  });
});

describe('what every object inherits', () => {
  it.each(['toString.x=1', 'constructor.prototype.x=1'])('is no setting: %s', (setting) => {
    const config = applySettings({ recipe: 'dcgan' }, [setting]);
    const [key] = setting.split('.');
    expect(Object.hasOwn(config, key as string)).toBe(true);
    expect(() => resolveRecipe(config, { image })).toThrow(`Unknown option "${key}"`);
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

it.each([5, 'abc', null, [4, 4]])('an image option %j is refused', async (wrong) => {
  const { code, message } = await refusal(() => openDataset('ring', { image: wrong as never }));
  expect(code).toBe('INVALID_OPTION');
  expect(message).toMatch(/^Expected an object \{ channels, height, width \} for image but/);
});
