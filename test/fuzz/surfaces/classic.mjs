// The binary files of MNIST and CIFAR.
import { gzipSync } from 'node:zlib';
import { openDataset } from '../../../dist/index.js';
import { mutateBytes } from '../bytes.mjs';
import { checkDataset } from './common.mjs';

function idx(shape, values) {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.writeUInt32BE(0x0800 + shape.length);
  shape.forEach((side, i) => {
    head.writeUInt32BE(side, 4 + 4 * i);
  });
  return Buffer.concat([head, values]);
}

const values = (length, most = 256) =>
  Buffer.from(Array.from({ length }, (_, i) => (i * 37) % most));

async function open(dir, { source, options }, attempt) {
  await attempt('open', async () => {
    await checkDataset(await openDataset(source.replace('DIR', dir), options));
  });
}

const dryRun = (dir, { source, options }) => [
  ...['train', '--dry-run', '--recipe', 'gan-2014', '--threads', '1', '--batch', '2'],
  ...['--data', source.replace('DIR', dir)],
  ...(options.split ? ['--split', options.split] : []),
];

const sides = [0, 1, 2, 4, 5, 16, 255, 256, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

export const idxFolders = {
  name: 'idx',
  weight: 8,
  seeds: () => ({
    'train-images-idx3-ubyte': idx([4, 6, 6], values(144)),
    'train-labels-idx1-ubyte': idx([4], values(4, 10)),
    't10k-images-idx3-ubyte': idx([2, 6, 6], values(72)),
    't10k-labels-idx1-ubyte': idx([2], values(2, 10)),
  }),
  make(random, seeds, trail) {
    const files = {};
    const chosen = random.pick(Object.keys(seeds));
    for (const [name, original] of Object.entries(seeds)) {
      let bytes = original;
      const isChosen = name === chosen || random.chance(0.1);
      if (isChosen) {
        bytes = changeIdx(random, bytes, trail);
        trail.push(`in ${name}`);
      }
      let file = name;
      if (random.chance(0.3)) {
        bytes = gzipSync(bytes);
        if (isChosen && random.chance(0.5)) bytes = mutateBytes(random, bytes, trail);
        if (random.chance(0.5)) file = `${name}.gz`;
      }
      if (!isChosen || !random.chance(0.05)) files[file] = bytes;
    }
    // A stack of digits takes longer than all the rest.
    const source = random.chance(0.04)
      ? 'stacked-mnist:DIR'
      : random.pick(['DIR', 'mnist:DIR', 'fashion-mnist:DIR']);
    const options = random.pick([{}, {}, { split: 'test' }, { image: { height: 3, width: 9 } }]);
    return { files, plan: { source, options } };
  },
  run: open,
  commandLine: dryRun,
};

function changeIdx(random, bytes, trail) {
  if (random.chance(0.4)) return mutateBytes(random, bytes, trail);
  const copy = Buffer.from(bytes);
  const rank = copy[3];
  for (let times = random.few(3); times > 0; times -= 1) {
    const axis = random.below(rank);
    const side = random.pick(sides);
    trail.push(`side ${axis}: ${side}`);
    copy.writeUInt32BE(side, 4 + 4 * axis);
  }
  return copy;
}

const names = (count) =>
  Buffer.from(`${Array.from({ length: count }, (_, i) => `class ${i}`).join('\n')}\n`);

export const cifarFolders = {
  name: 'cifar',
  weight: 6,
  seeds: () => ({
    ten: values(3073, 10),
    hundred: values(3074, 20),
    tenNames: names(10),
    hundredNames: names(100),
  }),
  make(random, seeds, trail) {
    const isTen = random.chance(0.5);
    const parts = isTen
      ? [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`).concat('test_batch.bin')
      : ['train.bin', 'test.bin'];
    const record = isTen ? seeds.ten : seeds.hundred;
    const namesFile = isTen ? 'batches.meta.txt' : 'fine_label_names.txt';
    const files = Object.fromEntries(parts.map((file) => [file, record]));
    files[namesFile] = isTen ? seeds.tenNames : seeds.hundredNames;
    for (let times = random.few(2); times > 0; times -= 1) {
      const file = random.pick(Object.keys(files));
      const how = random.below(6);
      trail.push(`in ${file}`);
      if (how === 0) delete files[file];
      else if (how === 1) files[file] = Buffer.concat([files[file], files[file]]);
      else files[file] = mutateBytes(random, files[file], trail);
    }
    const name = isTen ? 'cifar10' : 'cifar100';
    const source = random.pick([
      'DIR',
      `${name}:DIR`,
      `${name}:DIR/${random.pick(parts)}`,
      'cifar10:DIR',
    ]);
    const options = random.pick([{}, {}, { split: 'test' }, { split: 'validation' }]);
    return { files, plan: { source, options } };
  },
  run: open,
  commandLine: dryRun,
};
