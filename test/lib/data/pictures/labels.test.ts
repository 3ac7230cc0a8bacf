import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../../lib/data/source.js';
import { blue, firstPixels, green, plain, red } from '../../../helpers/pictures.js';
import { temporaryDir } from '../../../helpers/tiny.js';
import { type Files, opened, source, ways } from './both.js';

const [r, g, b] = await Promise.all([plain(red), plain(green), plain(blue)]);
const flat = { 'a.png': r, 'b.png': g, 'c.png': b };

describe.each(ways)('labels of $way', (way) => {
  it.each<[string, Files]>([
    ['with a header', { 'labels.csv': 'file_name,label\na.png,dog\nb.png,cat\nc.png,dog\n' }],
    [
      'with other columns',
      { 'x.csv': '\uFEFFid;size;Category\r\na;2;dog\r\nb;"3";cat\r\nc;4;"dog"\r\n' },
    ],
    ['without a header', { 'list.csv': 'a.png,dog\nb.png,cat\nc.png,dog' }],
    ['the class first', { 'list.csv': 'dog,./a.png\ncat,b\n"dog",c.png\n' }],
    ['TSV', { 'list.tsv': 'image\tclass\na\tdog\nb\tcat\nc\tdog\n' }],
    [
      'semicolons',
      { 'l.csv': 'Filename;Size, bytes;Class\na.png;3;dog\nb.png;4;cat\nc.png;5;dog' },
    ],
    [
      'JSON Lines',
      {
        'metadata.jsonl':
          '{"file_name": "a.png", "label": "dog"}\n{"label": "cat", "file_name": "b.png"}\n\n{"file_name": "c.png", "label": "dog"}\n',
      },
    ],
    [
      "StyleGAN's",
      { 'dataset.json': '{"labels": [["a.png", "dog"], ["b.png", "cat"], ["c.png", "dog"]]}' },
    ],
    [
      'UTF-16',
      {
        'l.csv': Buffer.from('\uFEFFfile_name,label\na.png,dog\nb.png,cat\nc.png,dog\n', 'utf16le'),
      },
    ],
  ])('are read from a file: %s', async (_, file) => {
    const files = { ...flat, ...file };
    const dataset = await opened(files, way);
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect([...(dataset.labels ?? [])]).toEqual([1, 0, 1]);
    expect(dataset.warnings ?? []).toEqual([]);
  });

  it('are not read from text in another encoding, in which two names could become one', async () => {
    const list = Buffer.from('file_name,label\na.png,h\xe9\nb.png,h\xe8\nc.png,x\n', 'latin1');
    const dataset = await opened({ ...flat, 'l.csv': list }, way);
    expect(dataset.classes).toBeUndefined();
    expect(dataset.warnings).toEqual([
      'l.csv is not read as labels: its text is not UTF-8; save it as that',
    ]);
  });

  it.each(['"a"', '5'])("are not what is no list in StyleGAN's file: %s", async (labels) => {
    const dataset = await opened({ ...flat, 'dataset.json': `{"labels": ${labels}}` }, way);
    expect(dataset.classes).toBeUndefined();
    expect(dataset.warnings).toEqual([
      'dataset.json is not read as labels: expected a list for "labels"',
    ]);
  });

  it('go by number where all are numbers', async () => {
    const labels =
      '{"labels": [["00000/img0.png", 10], ["00000/img1.png", 9], ["00001/img2.png", -1]]}';
    const files = { '00000/img0.png': r, '00000/img1.png': g, '00001/img2.png': b };
    const dataset = await opened({ ...files, 'dataset.json': labels }, way);
    expect(dataset.classes).toEqual(['-1', '9', '10']);
    expect([...(dataset.labels ?? [])]).toEqual([2, 1, 0]);
  });

  it('are none where StyleGAN says so, whatever the folders', async () => {
    const files = { '00000/img0.png': r, '00001/img1.png': g, 'dataset.json': '{"labels": null}' };
    const dataset = await opened(files, way);
    expect(dataset.length).toBe(2);
    expect(dataset.classes).toBeUndefined();
  });

  it('are told of where they lie in a form that is not read', async () => {
    const dataset = await opened({ ...flat, 'labels.txt': 'a dog', 'Annotations.json': '{}' }, way);
    expect(dataset.labels).toBeUndefined();
    expect(dataset.warnings).toEqual([
      'Annotations.json and labels.txt not read as labels: lists are CSV, TSV, JSON Lines (.jsonl) or dataset.json',
    ]);
    const others = await opened({ ...flat, 'notes.txt': 'a dog' }, way);
    expect(others.warnings ?? []).toEqual([]);
  });

  it('leave out pictures without one, and count names without a picture', async () => {
    const csv = 'file,class\na.png,x\nc.png,y\nd.png,x\nb.png,\n';
    const dataset = await opened({ ...flat, 'labels.csv': csv }, way);
    expect(await firstPixels(dataset)).toEqual([
      [255, 0, 0],
      [0, 0, 255],
    ]);
    expect(dataset.warnings).toEqual([
      `${join(dataset.name, 'labels.csv')}: 1 picture without a label left out, such as b.png; 1 label without a picture, such as d.png`,
    ]);
  });

  it('find pictures in subfolders by name, where only one has it', async () => {
    const files = { 'x/a.png': r, 'x/b.png': g, 'y/b.png': b };
    const csv = 'name,label\na.png,1\nb.png,2\n';
    const dataset = await opened({ ...files, 'labels.csv': csv }, way);
    expect(await firstPixels(dataset)).toEqual([[255, 0, 0]]);
    expect(dataset.warnings?.[0]).toMatch(/2 pictures without .* x\/b\.png; 1 label .* b\.png$/);
    // Another folder's picture of that name is not the one that is meant.
    await expect(
      opened({ ...files, 'labels.csv': 'name,label\nz/a.png,1\n' }, way),
    ).rejects.toThrow(
      /none of its names fits a picture: it has z\/a\.png, pictures are such as x\/a\.png/,
    );
  });

  it('of one part lie in its folder, those of all parts at the top', async () => {
    const files = { 'train/a.png': r, 'train/b.png': g, 'test/a.png': b };
    const own = {
      'train/metadata.csv': 'file_name,label\na.png,u\nb.png,w\n',
      'test/metadata.csv': 'file_name,label\na.png,v\n',
    };
    const all = { 'labels.csv': 'path,label\ntrain/a.png,u\ntrain/b.png,w\ntest/a.png,v\n' };
    for (const labels of [own, all]) {
      const train = await opened({ ...files, ...labels }, way);
      expect(train.classes).toEqual(['u', 'v', 'w']);
      expect([...(train.labels ?? [])]).toEqual([0, 2]);
      expect(train.warnings ?? []).toEqual([]);
      const test = await opened({ ...files, ...labels }, way, { split: 'test' });
      expect([...(test.labels ?? [])]).toEqual([1]);
    }
  });

  it('are told of where a file is not used', async () => {
    const csv = 'file,label\na.png,x\nb.png,x\nc.png,y\n';
    const two = await opened({ ...flat, 'one.csv': csv, 'two.csv': csv }, way);
    expect(two.classes).toBeUndefined();
    expect(two.warnings).toEqual([
      'one.csv and two.csv all list labels, so none is used; --labels-from names one of them',
    ]);
    const other = await opened({ ...flat, 'captions.csv': 'file_name,text\na.png,a dog\n' }, way);
    expect(other.classes).toBeUndefined();
    expect(other.warnings).toEqual([
      'captions.csv is not read as labels: expected columns such as file_name and label but it has file_name, text',
    ]);
    const asked = await opened({ ...flat, 'one.csv': csv, 'two.csv': csv }, way, {
      labelsFrom: 'two.csv',
    });
    expect(asked.classes).toEqual(['x', 'y']);
    expect(asked.warnings ?? []).toEqual([]);
    const none = await opened({ ...flat, 'one.csv': csv }, way, { labelsFrom: 'folders' });
    expect(none.classes).toBeUndefined();
    expect(none.warnings).toEqual(['one.csv not used: classes come from the folders']);
  });

  it.each([
    [
      'labels.csv',
      'file,label\nz.png,x\n',
      /labels\.csv: cannot be used as labels: none of its names fits a picture: it has z\.png, pictures are such as a\.png \(--labels-from folders/,
    ],
    ['labels.csv', 'file,label\na.png,x\na.png,y\n', /it gives a\.png two classes, x and y/],
    ['labels.csv', 'file,label\na.png,\n', /it has no class for any picture/],
  ])('that cannot be meant are refused: %s %#', async (name, content, message) => {
    await expect(opened({ ...flat, [name]: content }, way)).rejects.toMatchObject({
      code: 'INVALID_DATA',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['labels.csv', '', /it is empty/],
    ['labels.csv', 'words\n', /expected columns such as file_name and label but it has words/],
    [
      'labels.jsonl',
      '{"file_name": "a.png", "label": [1, 0]}',
      /a name or a number for the class in line 1/,
    ],
    ['labels.jsonl', 'no json', /expected JSON but line 1 is none/],
    ['labels.jsonl', '[1]', /expected an object a line but line 1 is none/],
    [
      'dataset.json',
      '{"labels": [["a.png", [0, 1]]]}',
      /a name or a number for the class of a\.png/,
    ],
    ['dataset.json', '{"labels": [7]}', /expected a name and a class but label 0 is none/],
    ['dataset.json', '[]', /expected \{"labels": …\}/],
    ['dataset.json', '{"labels"', /expected JSON but it is none/],
    [
      'labels.csv',
      `file,label\na.png,${'long '.repeat(100)}\n`,
      /that of a\.png has 499 characters/,
    ],
    [
      'labels.csv',
      `file,label\na.png,"${'x'.repeat(2 ** 21)}`,
      /not read as labels: [^\n]{1,250}$/,
    ],
  ])(
    'that are none are told of, or refused where they are asked for: %s %#',
    async (name, content, message) => {
      const dataset = await opened({ ...flat, [name]: content }, way);
      expect(dataset.classes).toBeUndefined();
      expect(dataset.warnings).toHaveLength(1);
      expect(dataset.warnings?.[0]).toMatch(message);
      expect(dataset.warnings?.[0]?.length).toBeLessThan(400);
      await expect(
        opened({ ...flat, [name]: content }, way, { labelsFrom: name }),
      ).rejects.toMatchObject({ code: 'INVALID_DATA' });
    },
  );
});

describe('a file of labels that is named', () => {
  it('may lie elsewhere, or be named by its path', async () => {
    const dir = await source(flat, false);
    const elsewhere = join(await temporaryDir(), 'labels.csv');
    const csv = 'file,label\na.png,x\nb.png,y\nc.png,x\n';
    await writeFile(elsewhere, csv);
    await writeFile(join(dir, 'inside.csv'), csv);
    for (const labelsFrom of [elsewhere, join(dir, 'inside.csv')]) {
      const dataset = await openDataset(dir, { labelsFrom });
      expect([...(dataset.labels ?? [])]).toEqual([0, 1, 0]);
    }
  });

  it('is refused where it is not there, too large, or for data that is no pictures', async () => {
    const dir = await source(flat, false);
    await expect(openDataset(dir, { labelsFrom: 'nothing.csv' })).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringMatching(/^could not read nothing\.csv: /),
    });
    const large = join(dir, 'large.csv');
    await writeFile(large, '');
    await truncate(large, 2 ** 26 + 1);
    await expect(openDataset(dir, { labelsFrom: large })).rejects.toThrow(
      /large\.csv: cannot be used as labels: expected at most 67 MB but it has 67 MB/,
    );
    await expect(openDataset('ring', { labelsFrom: 'folders' })).rejects.toThrow(
      /Expected nothing, as ring is no folder or zip of pictures, for labelsFrom but received "folders"/,
    );
  });
});

it('does not read labels from a device without end', async () => {
  const folder = await source(flat, false);
  await expect(openDataset(folder, { labelsFrom: '/dev/zero' })).rejects.toThrow(
    /^could not read \/dev\/zero: is no file but a device$/,
  );
});
