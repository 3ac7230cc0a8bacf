import { expect, it } from 'vitest';
import { blue, firstPixels, green, noise, plain, png, red } from '../../../helpers/pictures.js';
import { opened, ways } from './both.js';

it.each(ways)('everything odd at once, in $way', async (way) => {
  const jpeg = await noise('jpeg');
  const cut = jpeg.subarray(0, jpeg.length / 2);
  // The file stores blue on the left and green on the right; turned clockwise, blue is at the top.
  const turned = await png([0, 0, 255, 0, 0, 255, 0, 255, 0, 0, 255, 0], 4, 1, 6);
  const files = {
    'train/Katze/10.png': await plain(green, { width: 9, height: 5 }),
    'train/Katze/9 (als JPEG).png': await plain(red, { format: 'jpeg', width: 300, height: 200 }),
    'train/Katze/.hidden.png': await plain(blue),
    'train/Katze/ohne Endung': await plain(blue, { format: 'gif' }),
    'train/犬/ワン.webp': await plain(green, { lossless: true }),
    'train/犬/半.png': await plain({ ...red, alpha: 128 / 255 }),
    'train/犬/upright.png': turned,
    'train/犬/werden/cut.jpg': cut,
    'train/Łoś/zoë.tiff': await plain(blue, { format: 'tiff', width: 1, height: 7 }),
    'train/leer/notes.txt': 'nothing yet',
    'train/stray.png': await plain(green),
    'train/phone.jpg': Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
    'train/run/config.json': '{"recipe": {}, "dataset": {}}',
    'train/run/samples/1.png': await plain(green),
    'test/Katze/1.png': await plain(red),
    'test/Vogel/1.png': await plain(green),
    'top.png': await plain(green),
    'readme.md': '# Data',
  };
  const image = { channels: 3, height: 4, width: 1 };
  const dataset = await opened(files, way, { image });
  const path = (name: string): string => `${dataset.name}/${name}`;
  const isStreamed = way.memoryLimit === 0;

  expect(dataset).toMatchObject({ split: 'train', splits: ['train', 'test'], fit: 'crop' });
  expect(dataset.classes).toEqual(['Katze', 'Łoś', 'Vogel', '犬']);
  const pixels = await firstPixels(dataset);
  const [jpegRed, ...others] = pixels;
  expect(jpegRed).toEqual([254, 0, 0]);
  const shown = [
    [0, 255, 0], // 10.png
    [0, 0, 255], // ohne Endung
    [0, 0, 254], // zoë.tiff, which has JPEG within
    [0, 0, 255], // upright.png
    ...(isStreamed ? [[0, 255, 0]] : []), // in place of cut.jpg
    [0, 255, 0], // ワン.webp
    [255, 127, 127], // 半.png
  ];
  expect([...(dataset.labels ?? [])]).toEqual([0, 0, 0, 1, ...others.slice(3).map(() => 3)]);
  expect(others).toEqual(shown);
  expect(dataset.warnings).toEqual([
    '1 folder of training runs left out, such as train/run',
    `${dataset.name}: 1 picture beside the folders of the parts left out, such as top.png`,
    `${path('train')}: 1 picture beside the class folders left out, such as stray.png`,
    `${path('train')}: no pictures in leer, so no class of that name`,
    'left out: 1 .heic: ganode reads PNG, JPEG, WebP, GIF, TIFF, AVIF and SVG',
    ...(isStreamed
      ? []
      : ['1 of 8 pictures do not decode: train/犬/werden/cut.jpg: cut short; left out']),
    `${isStreamed ? '2 pictures may have' : '1 picture has'} transparent parts, shown on white; --background changes that, --channels 4 keeps them`,
    ...(isStreamed
      ? [
          `${path('train/犬/werden/cut.jpg')}: cut short; ${path('train/犬/ワン.webp')} stands in for it`,
        ]
      : []),
  ]);

  const test = await opened(files, way, { image, split: 'test' });
  expect(test.classes).toEqual(dataset.classes);
  expect([...(test.labels ?? [])]).toEqual([0, 2]);
  expect(test.warnings?.slice(0, 2)).toEqual([
    '1 folder of training runs left out, such as train/run',
    `${test.name}: 1 picture beside the folders of the parts left out, such as top.png`,
  ]);
  expect(test.warnings).toHaveLength(2);
});
