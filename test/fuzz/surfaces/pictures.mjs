// Folders and zips of pictures, and lists of labels.
import sharp from 'sharp';
import { openDataset } from '../../../dist/index.js';
import { zip } from '../../helpers/zip.mjs';
import { mutateBytes } from '../bytes.mjs';
import { mutateJson, textOf, treeOf } from '../json.mjs';
import { checkDataset } from './common.mjs';

const image = { height: 4, width: 4 };

async function open(dir, { source, options }, attempt) {
  const labelsFrom = options.labelsFrom?.replace('DIR', dir);
  await attempt('open', async () => {
    await checkDataset(
      await openDataset(`${dir}/${source}`, {
        image,
        ...options,
        ...(labelsFrom && { labelsFrom }),
      }),
    );
  });
}

const dryRun = (dir, { source, options }) => [
  ...['train', '--dry-run', '--recipe', 'gan-2014', '--threads', '1', '--batch', '2'],
  ...['--data', `${dir}/${source}`, '--size', '4'],
  ...(options.labelsFrom ? ['--labels-from', options.labelsFrom.replace('DIR', dir)] : []),
  ...(options.onBroken ? ['--on-broken', options.onBroken] : []),
  ...(options.split ? ['--split', options.split] : []),
  ...(options.fit ? ['--fit', options.fit] : []),
  ...(options.image ? ['--channels', String(options.image.channels)] : []),
  ...(options.memoryLimit === undefined ? [] : ['--memory-limit', String(options.memoryLimit)]),
];

const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="7" viewBox="0 0 9 7">
<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/><stop offset="1"/></linearGradient></defs>
<rect width="5" height="5" fill="url(#a)"/><use xlink:href="#a"/><text x="1" y="5">a</text></svg>`;

async function makePictures() {
  const pixels = Uint8Array.from({ length: 9 * 7 * 3 }, (_, i) => (i * i * 31) % 251);
  const raw = () => sharp(pixels, { raw: { width: 9, height: 7, channels: 3 } });
  const clear = sharp({ create: { width: 5, height: 5, channels: 4, background: '#33669980' } });
  return {
    png: await raw().png().toBuffer(),
    'turned.jpg': await raw().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    jpg: await raw().jpeg({ progressive: true }).toBuffer(),
    webp: await raw().webp().toBuffer(),
    'lossless.webp': await raw().webp({ lossless: true }).toBuffer(),
    gif: await raw().gif().toBuffer(),
    tiff: await raw().tiff({ compression: 'lzw' }).toBuffer(),
    'clear.png': await clear.png({ palette: true }).toBuffer(),
    avif: await raw().avif({ effort: 0 }).toBuffer(),
    svg: Buffer.from(svg),
  };
}

const folders = [
  '',
  '',
  'cats/',
  'dogs/',
  'train/cats/',
  'test/dogs/',
  'train/',
  'val/',
  '.hidden/',
  '__MACOSX/',
];
const oddNames = ['\u001b[31m', 'a\nb', ' ', '..', '\u202e', 'é', '😀', `${'n'.repeat(200)}`];

/** Some pictures, one of them changed. */
function someFiles(random, seeds, trail, odd = oddNames) {
  const kinds = Object.keys(seeds);
  const files = {};
  const count = 1 + random.below(4);
  for (let i = 0; i < count; i += 1) {
    const kind = random.pick(kinds);
    const isChanged = i === 0;
    const name = random.chance(0.9) ? `p${i}` : `${random.pick(odd)}${i}`;
    const path = `${random.pick(folders)}${name}.${random.chance(0.9) ? kind : random.pick(kinds)}`;
    files[path] = isChanged
      ? mutateBytes(random, seeds[kind], trail, { other: seeds[random.pick(kinds)] })
      : seeds[kind];
    if (isChanged) trail.push(`in ${path}, ${kind}`);
  }
  return files;
}

const pictureOptions = (random) =>
  random.pick([
    {},
    {},
    { fit: 'pad' },
    { onBroken: 'error' },
    { memoryLimit: 0 },
    { image: { ...image, channels: 4 } },
    { image: { ...image, channels: 1 } },
    { split: 'test' },
    { labelsFrom: 'folders' },
  ]);

export const pictureFolders = {
  name: 'pictures',
  weight: 3,
  seeds: makePictures,
  make(random, seeds, trail) {
    const names = Object.fromEntries(
      Object.entries(someFiles(random, seeds, trail)).map(([name, bytes]) => [
        `data/${name}`,
        bytes,
      ]),
    );
    return { files: names, plan: { source: 'data', options: pictureOptions(random) } };
  },
  run: open,
  commandLine: dryRun,
};

export const pictureZips = {
  name: 'zip',
  weight: 4,
  seeds: makePictures,
  make(random, seeds, trail) {
    const odd = [...oddNames, '../../up', '/absolute', 'a\\b', '\u0000', ''];
    const files = someFiles(
      random,
      random.chance(0.3) ? seeds : { ...seeds, avif: seeds.png },
      trail,
      odd,
    );
    const entries = Object.entries(files).map(([name, data]) => ({
      name,
      data,
      deflated: random.chance(0.5),
    }));
    if (random.chance(0.3)) {
      const entry = random.pick(entries);
      const change = random.pick([
        { declaredSize: random.pick([0, 1, 2 ** 28 + 1, 2 ** 31, 2 ** 32 - 1]) },
        { method: random.pick([1, 8, 9, 12, 99, 0]) },
        { checksum: 1 },
        { encrypted: true },
        { name: 'labels.csv', data: Buffer.from('p0,a\np1,b\n') },
      ]);
      Object.assign(entry, change);
      trail.push(`entry ${entry.name}: ${Object.keys(change)} changed`);
    }
    let bytes = zip(entries);
    if (random.chance(0.6)) bytes = mutateBytes(random, bytes, trail);
    return {
      files: { 'data.zip': bytes },
      plan: { source: 'data.zip', options: pictureOptions(random) },
    };
  },
  run: open,
  commandLine: dryRun,
};

const lists = {
  'labels.csv': 'file_name,label\na.png,cats\nb.png,dogs\nc.png,"em,us"\n',
  'plain.csv': 'a.png,0\nb.png,1\nsub/c.png,2\n',
  'labels.tsv': 'path\tclass\tx\na.png\t1\t2\nsub/c\t10\t2\n',
  'metadata.jsonl': '{"file_name":"a.png","label":"x"}\n{"file_name":"b","label":3}\n',
  'dataset.json': '{"labels":[["a.png",0],["b.png",1],["sub/c.png",1]]}',
  'others.json': '{"labels":{"a.png":6,"b.png":0}}',
};

/** Texts that tables go wrong at. */
const cells = [
  '',
  '"',
  '""',
  ',',
  '\t',
  '\n',
  '\r',
  '\r\n',
  ';',
  '\ufeff',
  '\u0000',
  '\u001b[31m',
  '__proto__',
  'constructor',
  '-1',
  '1e400',
  'NaN',
  '0x10',
  '01',
  'a.png',
  'b',
  'sub/c.png',
  '../a.png',
  'file_name',
  'label',
  'x'.repeat(300),
  'y'.repeat(100_000),
  '\ud800',
  '😀',
  '"a\n',
];

function changeText(random, text, trail) {
  let result = text;
  for (let times = random.few(4); times > 0; times -= 1) {
    const parts = result.split(/([,\t\n"]|[^,\t\n"]+)/).filter((part) => part !== '');
    const at = random.below(parts.length);
    const value = random.chance(0.6)
      ? random.pick(cells)
      : random.pick(parts.length ? parts : cells);
    if (random.chance(0.5)) parts[at] = value;
    else parts.splice(at, random.chance(0.3) ? 1 : 0, value);
    trail.push(`part ${at}: ${JSON.stringify(value.slice(0, 40))}`);
    result = parts.join('');
  }
  return result;
}

export const labelLists = {
  name: 'labels',
  weight: 5,
  async seeds() {
    const { png } = await makePictures();
    return { 'a.png': png, 'b.png': png, 'sub/c.png': png };
  },
  make(random, seeds, trail) {
    const original = random.pick(Object.keys(lists));
    const name = original === 'others.json' ? 'dataset.json' : original;
    trail.push(`of ${original}`);
    let list = lists[original];
    if (/json/.test(name) && random.chance(0.7)) {
      const lines = list.trim().split('\n');
      const line = random.below(lines.length);
      lines[line] = textOf(
        mutateJson(random, treeOf(JSON.parse(lines[line])), trail, {
          known: ['a.png', 'labels', 'label', 'file_name'],
        }),
      );
      list = lines.join('\n');
    } else if (random.chance(0.7)) list = changeText(random, list, trail);
    else list = mutateBytes(random, Buffer.from(list), trail);
    const files = Object.fromEntries(
      Object.entries(seeds).map(([file, bytes]) => [`data/${file}`, bytes]),
    );
    files[`data/${name}`] = Buffer.from(list);
    const labelsFrom = random.pick([
      undefined,
      undefined,
      name,
      `DIR/data/${name}`,
      'folders',
      'none',
    ]);
    return { files, plan: { source: 'data', options: labelsFrom ? { labelsFrom } : {} } };
  },
  run: open,
  commandLine: dryRun,
};
