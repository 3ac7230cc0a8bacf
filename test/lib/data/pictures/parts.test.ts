import { describe, expect, it } from 'vitest';
import { blue, firstPixels, green, plain, red } from '../../../helpers/pictures.js';
import { opened, ways } from './both.js';

const [r, g, b] = await Promise.all([plain(red), plain(green), plain(blue)]);

describe.each(ways)('parts of $way', (way) => {
  it('are flat folders of their names', async () => {
    const files = { 'Training/1.png': r, 'VAL/1.png': g, 'test/1.png': b, 'test/2.png': b };
    const train = await opened(files, way);
    expect(train).toMatchObject({ length: 1, split: 'train' });
    expect(train.splits).toEqual(['train', 'validation', 'test']);
    expect(train.classes).toBeUndefined();
    expect(await firstPixels(train)).toEqual([[255, 0, 0]]);
    const test = await opened(files, way, { split: 'test' });
    expect(test).toMatchObject({ length: 2, split: 'test' });
    expect(await firstPixels(await opened(files, way, { split: 'validation' }))).toEqual([
      [0, 255, 0],
    ]);
  });

  it('hold classes, whose indices are the same in all of them', async () => {
    const files = {
      'train/cat/1.png': r,
      'train/c10/1.png': g,
      'test/c9/1.png': b,
      'test/cat/2.png': r,
    };
    const train = await opened(files, way);
    const test = await opened(files, way, { split: 'test' });
    expect(train.classes).toEqual(['c9', 'c10', 'cat']);
    expect(test.classes).toEqual(['c9', 'c10', 'cat']);
    expect([...(train.labels ?? [])]).toEqual([1, 2]);
    expect([...(test.labels ?? [])]).toEqual([0, 2]);
    expect(train.warnings ?? []).toEqual([]);
  });

  it('may be the training part alone, or classes in one and none in another', async () => {
    const alone = await opened({ 'train/cat/1.png': r, 'train/dog/1.png': g }, way);
    expect(alone).toMatchObject({ split: 'train', splits: ['train'], classes: ['cat', 'dog'] });
    const files = { 'train/cat/1.png': r, 'train/dog/1.png': g, 'test/1.png': b };
    const test = await opened(files, way, { split: 'test' });
    expect(test.length).toBe(1);
    expect(test.classes).toBeUndefined();
  });

  it('are classes beside other folders, and where there is only one that is not for training', async () => {
    const mixed = await opened({ 'train/1.png': r, 'bus/1.png': g, 'car/1.png': b }, way);
    expect(mixed.classes).toEqual(['bus', 'car', 'train']);
    expect(mixed.splits).toBeUndefined();
    expect(mixed.warnings).toEqual([
      `${mixed.name}: train read as classes, not as parts, as bus and car lie beside`,
    ]);
    const lone = await opened({ 'test/1.png': r }, way);
    expect(lone.classes).toEqual(['test']);
    expect(lone.warnings).toEqual([
      `${lone.name}: test read as a class, not as a part, as there is no train and no second part`,
    ]);
  });

  it('are found below a single folder, as archives have it', async () => {
    const files = { 'set/train/1.png': r, 'set/valid/1.png': g, 'set/readme.txt': 'about' };
    const validation = await opened(files, way, { split: 'validation' });
    expect(await firstPixels(validation)).toEqual([[0, 255, 0]]);
    const classes = await opened({ 'set/cat/1.png': r, 'set/dog/1.png': g }, way);
    expect(classes.classes).toEqual(['cat', 'dog']);
  });

  it('leave out what lies beside their folders', async () => {
    const files = { 'train/1.png': r, 'test/1.png': g, 'b.png': b, 'a.png': b };
    const dataset = await opened(files, way);
    expect(dataset.length).toBe(1);
    expect(dataset.warnings).toEqual([
      `${dataset.name}: 2 pictures beside the folders of the parts left out, such as a.png`,
    ]);
  });

  it.each(['train', 'test'] as const)('refuse %s of data without parts', async (split) => {
    await expect(opened({ 'a.png': r, 'b.png': g }, way, { split })).rejects.toThrow(
      `has no part "${split}" (--split): it is one whole without parts`,
    );
  });

  it('refuse a part that is not there, and two folders of one part', async () => {
    await expect(
      opened({ 'train/1.png': r, 'val/1.png': g }, way, { split: 'test' }),
    ).rejects.toThrow(/has no part "test" \(--split\): it has train and validation/);
    await expect(opened({ 'val/1.png': r, 'test/1.png': g }, way)).rejects.toThrow(
      /has no part "train" \(--split\): it has validation and test/,
    );
    await expect(opened({ 'train/1.png': r, 'training/1.png': g }, way)).rejects.toThrow(
      /expected one folder a part but train and training both name the part "train"/,
    );
  });

  it('are found beside folders without pictures, as detectors of objects have them', async () => {
    const files = {
      'images/train/1.png': r,
      'images/val/1.png': g,
      'labels/train/1.txt': '0 0.5 0.5 1 1',
      'labels/val/1.txt': '0 0.5 0.5 1 1',
    };
    const train = await opened(files, way);
    expect(train).toMatchObject({ length: 1, split: 'train', splits: ['train', 'validation'] });
    expect(train.classes).toBeUndefined();
    expect(await firstPixels(train)).toEqual([[255, 0, 0]]);
  });

  it('are not trained on in place of a training part that cannot be read', async () => {
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
    const files = { 'train/1.heic': heic, 'test/1.png': r };
    await expect(opened(files, way)).rejects.toThrow(/has no part "train" .*: it has test/);
    expect(await opened(files, way, { split: 'test' })).toMatchObject({ length: 1 });
  });

  it('that lie in classes are told to be read as one', async () => {
    const files = { 'cat/train/1.png': r, 'cat/test/1.png': g, 'dog/train/1.png': b };
    const dataset = await opened(files, way);
    expect(dataset).toMatchObject({ length: 3, classes: ['cat', 'dog'] });
    expect(dataset.warnings).toEqual([
      `${dataset.name}: cat/test and cat/train read as one, not as parts, as they do not lie at the top`,
    ]);
  });
});
