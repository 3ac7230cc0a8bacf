import { describe, expect, it } from 'vitest';
import { blue, firstPixels, green, plain, red } from '../../../helpers/pictures.js';
import { opened, ways } from './both.js';

const [r, g, b] = await Promise.all([plain(red), plain(green), plain(blue)]);
const classes = { 'cat/1.png': r, 'dog/1.png': g };

describe.each(ways)('classes of $way', (way) => {
  it('stay where one picture lies beside them, which is left out', async () => {
    const dataset = await opened({ ...classes, 'stray.png': b }, way);
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect(await firstPixels(dataset)).toEqual([
      [255, 0, 0],
      [0, 255, 0],
    ]);
    expect(dataset.warnings).toEqual([
      `${dataset.name}: 1 picture beside the class folders left out, such as stray.png`,
    ]);
  });

  it('are none where many lie beside them', async () => {
    const dataset = await opened({ ...classes, 's1.png': b, 's2.png': b }, way);
    expect(dataset.length).toBe(4);
    expect(dataset.classes).toBeUndefined();
    expect(dataset.labels).toBeUndefined();
    expect(dataset.warnings).toEqual([
      `${dataset.name}: no classes, as 2 pictures beside its folders, such as s1.png, would have none`,
    ]);
  });

  it('leave out up to a tenth as many as there are', async () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`cat/${i}.png`, r]));
    const strays = (count: number): Record<string, Buffer> =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}.png`, b]));
    expect(await opened({ ...many, ...strays(2) }, way)).toMatchObject({ length: 20 });
    expect(await opened({ ...many, ...strays(3) }, way)).toMatchObject({ length: 23 });
  });

  it('are told of where a folder has no pictures', async () => {
    const dataset = await opened({ ...classes, 'bird/notes.txt': 'none yet' }, way);
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect(dataset.warnings).toEqual([
      `${dataset.name}: no pictures in bird, so no class of that name`,
    ]);
  });

  it('are told of where none of its pictures decodes', async () => {
    const dataset = await opened({ ...classes, 'bird/1.png': '' }, way);
    expect(dataset.classes).toEqual(['bird', 'cat', 'dog']);
    expect([...(dataset.labels ?? [])]).toEqual([1, 2]);
    expect(dataset.warnings).toEqual([
      '1 of 3 pictures do not decode: bird/1.png: empty file; left out',
      'no picture of bird decodes',
    ]);
  });

  it('are none when asked', async () => {
    const dataset = await opened(classes, way, { labelsFrom: 'none' });
    expect(dataset).toMatchObject({ length: 2 });
    expect(dataset.classes).toBeUndefined();
  });
});
