import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../../lib/data/source.js';
import { noise, plain, red } from '../../../helpers/pictures.js';
import { opened, source, ways } from './both.js';

const cut = async (format: 'png' | 'jpeg' | 'webp' | 'gif' | 'avif'): Promise<Buffer> => {
  const bytes = await noise(format);
  return bytes.subarray(0, Math.floor(bytes.length / 2));
};

/** A PNG whose second chunk of data is damaged, and so is its check sum. */
async function damaged(): Promise<Buffer> {
  const bytes = Buffer.from(await noise());
  bytes.fill(0, 600, 700);
  return bytes;
}

describe.each(ways.filter(({ memoryLimit }) => memoryLimit > 0))('broken files in $way', (way) => {
  it('are told without control characters, which a decoder quotes of the file', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www\u007f\u0001/x" width="9" height="7"><rect width="5" height="5"/></svg>';
    const dataset = await opened({ 'a.svg': svg, 'b.png': await plain(red) }, way);
    expect(dataset.warnings?.[0]).toMatch(/^1 of 2 pictures do not decode: a.svg: .*; left out$/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(dataset.warnings?.[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(dataset.warnings?.[0]).toContain('\\u007f');
  });

  it('are named with reasons of their own, however many are decoded at a time', async () => {
    const good = Object.fromEntries(
      await Promise.all(
        Array.from({ length: 40 }, async (_, i) => [`good${i}.png`, await plain(red)] as const),
      ),
    );
    const broken: Record<string, Buffer | string> = {
      'a.png': '',
      'b.jpg': await cut('jpeg'),
      'c.png': await cut('png'),
      'd.webp': await cut('webp'),
      'e.gif': await cut('gif'),
      'f.avif': await cut('avif'),
      'g.png': 'no picture',
      'h.png': await damaged(),
    };
    const reasons: Record<string, RegExp> = {
      a: /^empty file$/,
      b: /^cut short$/,
      c: /^cut short$/,
      d: /^cut short$/,
      e: /^cut short$/,
      f: /^cut short$/,
      g: /^holds no picture of a kind that is read$/,
      h: /^(vipspng|pngload|spng|libspng)/,
    };
    for (const [name, content] of Object.entries(broken)) {
      const others = Object.fromEntries(
        Object.entries(broken)
          .filter(([other]) => other !== name)
          .map(([other, bytes]) => [`z${other}`, bytes]),
      );
      const dataset = await opened({ ...good, ...others, [name]: content }, way);
      expect(dataset.length).toBe(40);
      const [, reason] = /do not decode: \S+: (.*?); z/.exec(dataset.warnings?.[0] ?? '') ?? [];
      expect(reason).toMatch(reasons[name[0] as string] as RegExp);
      expect(dataset.warnings?.[0]).toMatch(
        /^8 of 48 pictures do not decode: .*; and 5 more; left out$/,
      );
    }
  });

  it('are an error when asked, in a few lines whatever their names are', async () => {
    const long = `${'very long '.repeat(24)}.png`;
    const files = {
      'a.png': await plain(red),
      [`${long.slice(5)}`]: '',
      [`b/${long.slice(4)}`]: '',
    };
    const failed = opened(files, way, { onBroken: 'error', labelsFrom: 'none' });
    await expect(failed).rejects.toMatchObject({ code: 'INVALID_DATA' });
    await expect(failed).rejects.toThrow(/^.{1,500}$/);
    await expect(failed).rejects.toThrow(
      /2 of 3 pictures do not decode: .*…[a-z ]*\.png: empty file/,
    );
  });
});

describe.each(ways.filter(({ memoryLimit }) => memoryLimit === 0))(
  'broken files in $way',
  (way) => {
    it('whose header is whole are told of with their own reason when they are read', async () => {
      const files = {
        'a.png': await plain(red),
        'b.jpg': await cut('jpeg'),
        'c.png': await cut('png'),
      };
      const dataset = await openDataset(await source(files, way.isZip), { memoryLimit: 0 });
      const target = new Uint8Array(3 * 64 * 64 * 3);
      await dataset.read(Uint32Array.of(0, 1, 2), target);
      expect(target[64 * 64 * 3]).toBe(255);
      expect([...(dataset.warnings ?? [])].sort()).toEqual([
        expect.stringMatching(/b\.jpg: cut short; .*a\.png stands in for it$/),
        expect.stringMatching(/c\.png: cut short; .*a\.png stands in for it$/),
      ]);
    });
  },
);
