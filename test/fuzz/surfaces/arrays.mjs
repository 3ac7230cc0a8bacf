// NumPy's arrays and archives of them.
import { deflateRawSync } from 'node:zlib';
import { npy } from '../../../dist/image/npy.js';
import { openDataset } from '../../../dist/index.js';
import { zip } from '../../helpers/zip.mjs';
import { mutateBytes } from '../bytes.mjs';
import { checkDataset } from './common.mjs';

const bytes = (length) => Uint8Array.from({ length }, (_, i) => (i * 37) % 256);
const floats = (length) => Float32Array.from({ length }, (_, i) => ((i * 37) % 256) / 128 - 1);

/** An array of a type that `npy` does not write. */
function arrayOf(descr, shape, values) {
  const head = Buffer.from(npy([1], Uint8Array.of(0))).subarray(0, 128);
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const room = head.readUInt16LE(8);
  return Buffer.concat([
    head.subarray(0, 10),
    Buffer.from(`${text.padEnd(room - 1)}\n`),
    Buffer.from(values.buffer),
  ]);
}

const valid = {
  grey: () => npy([3, 8, 8], bytes(192)),
  colour: () => npy([2, 3, 8, 8], bytes(384)),
  channelsLast: () => npy([2, 8, 8, 3], bytes(384)),
  sequences: () => npy([4, 6, 2], floats(48)),
  curves: () => npy([5, 12], floats(60)),
  points: () => npy([6, 2, 1, 1], floats(12)),
  floats: () => npy([2, 1, 8, 8], floats(128)),
  doubles: () => arrayOf('<f8', [2, 1, 4, 4], Float64Array.from(floats(32))),
  longs: () => arrayOf('<i8', [3], BigInt64Array.of(0n, 2n, 1n)),
};

const types = [
  '|u1',
  '<f4',
  '<f8',
  '<i4',
  '|i1',
  '<i2',
  '<u2',
  '<u4',
  '<i8',
  '<u8',
  '>f4',
  '|b1',
  '|O',
  '<c8',
  '<U4',
];
const sides = [
  '',
  '0',
  '1',
  '2',
  '3',
  '8',
  '64',
  '192',
  '4294967296',
  '9007199254740993',
  '1e3',
  '-1',
  ' ',
];

/** The header's text changed, and its length mostly put right. */
function mutateHeader(random, array, trail) {
  const length = array.readUInt16LE(8);
  let header = array.subarray(10, 10 + length).toString('latin1');
  const replace = (pattern, value) => {
    header = header.replace(pattern, () => value);
    trail.push(`header: ${header.trim().slice(0, 150)}`);
  };
  switch (random.below(6)) {
    case 0:
      replace(/'descr': '[^']*'/, `'descr': '${random.pick(types)}'`);
      break;
    case 1: {
      const many = random.chance(0.1) ? 3000 : random.below(7);
      const all = random.chance(0.3) ? ['1'] : sides;
      const tuple = Array.from({ length: many }, () => random.pick(all)).join(
        random.pick([', ', ',']),
      );
      replace(/\([^)]*\)/, `(${tuple})`);
      break;
    }
    case 2: {
      // The new shape has as many values as the old one.
      const found =
        /\(([^)]*)\)/
          .exec(header)?.[1]
          .split(',')
          .filter((side) => side.trim()) ?? [];
      const total = found.reduce((product, side) => product * Number(side), 1);
      const divisor = [2, 3, 4, 6, 8].filter((side) => total % side === 0);
      const side = divisor.length ? random.pick(divisor) : 1;
      replace(
        /\([^)]*\)/,
        `(${random.pick([`${total}`, `${total},`, `${side}, ${total / side}`, `${total / side}, ${side}, 1`, `1, 1, ${total}, 1`, `${total}, 1, 1, 1, 1`])})`,
      );
      break;
    }
    case 3:
      replace(/False/, random.pick(['True', 'false', '0', '']));
      break;
    case 4:
      replace(
        /'(descr|fortran_order|shape)'/,
        `'${random.pick(['descr', 'shape', 'x', '__proto__', 'fortran_order'])}'`,
      );
      break;
    default:
      header = mutateBytes(random, Buffer.from(header, 'latin1'), trail).toString('latin1');
  }
  const head = Buffer.from(array.subarray(0, 10));
  if (random.chance(0.9)) head.writeUInt16LE(Math.min(header.length, 65535), 8);
  return Buffer.concat([head, Buffer.from(header, 'latin1'), array.subarray(10 + length)]);
}

/** Values that are no numbers, or far out. */
function mutateValues(random, array, trail) {
  const copy = Buffer.from(array);
  const start = 10 + copy.readUInt16LE(8);
  for (let times = random.few(3); times > 0; times -= 1) {
    const at = start + 4 * random.below(Math.floor((copy.length - start) / 4));
    const value = random.pick([Number.NaN, Infinity, -Infinity, 3.4e38, -3.4e38, 1e-45, 255, 0]);
    if (at + 4 <= copy.length) copy.writeFloatLE(value, at);
    trail.push(`value at byte ${at}: ${value}`);
  }
  return copy;
}

function mutateArray(random, seeds, name, trail) {
  const array = seeds[name];
  switch (random.below(5)) {
    case 0:
      return mutateBytes(random, array, trail, { other: seeds[random.pick(Object.keys(seeds))] });
    case 1:
      return mutateValues(random, array, trail);
    case 2:
      return mutateValues(random, mutateHeader(random, array, trail), trail);
    default:
      return mutateHeader(random, array, trail);
  }
}

/** How such data is opened: as it is, or resized. */
function options(random) {
  if (random.chance(0.7)) return {};
  return random.pick([
    { image: { height: 4, width: 4 } },
    { image: { height: 3, width: 11 }, fit: 'pad' },
    { image: { height: 16, width: 16 }, fit: 'stretch' },
    { split: 'test' },
  ]);
}

async function run(dir, { source, options }, attempt) {
  await attempt('open', async () => {
    await checkDataset(await openDataset(`${dir}/${source}`, options));
  });
}

const dryRun = (dir, { source, options }) => [
  ...['train', '--dry-run', '--recipe', 'gan-2014', '--threads', '1', '--batch', '2'],
  ...['--data', `${dir}/${source}`],
  ...(options.split ? ['--split', options.split] : []),
];

const made = () =>
  Object.fromEntries(Object.entries(valid).map(([name, make]) => [name, Buffer.from(make())]));

export const npyFiles = {
  name: 'npy',
  weight: 14,
  seeds: made,
  make(random, seeds, trail) {
    const name = random.pick(Object.keys(seeds));
    trail.push(`of ${name}`);
    const files = { 'data.npy': mutateArray(random, seeds, name, trail) };
    return { files, plan: { source: 'data.npy', options: options(random) } };
  },
  run,
  commandLine: dryRun,
};

const archives = [
  { x_train: 'colour', y_train: 'pair', x_test: 'colour', y_test: 'pair' },
  { train_images: 'grey', train_labels: 'longs', val_images: 'grey', val_labels: 'longs' },
  { images: 'channelsLast', labels: 'pair' },
  { arr_0: 'floats', arr_1: 'pair' },
  { data: 'sequences' },
];

export const npzFiles = {
  name: 'npz',
  weight: 10,
  seeds: () => ({ ...made(), pair: Buffer.from(npy([2], Uint8Array.of(1, 0))) }),
  make(random, seeds, trail) {
    const entries = Object.entries(random.pick(archives)).map(([name, array]) => {
      const isChanged = random.chance(0.4);
      const data = isChanged ? mutateArray(random, seeds, array, trail) : seeds[array];
      if (isChanged) trail.push(`in ${name}`);
      return { name: `${name}.npy`, data, deflated: random.chance(0.5) };
    });
    if (random.chance(0.3)) changeEntry(random, entries, trail);
    let bytes = zip(entries);
    if (random.chance(0.4)) bytes = mutateBytes(random, bytes, trail);
    const names = [
      '',
      '',
      '',
      ':images',
      ':images,labels',
      ':x_train',
      ':arr_0,arr_1',
      ':,',
      ':a,b,c',
      ':__proto__',
    ];
    return {
      files: { 'data.npz': bytes },
      plan: { source: `data.npz${random.pick(names)}`, options: options(random) },
    };
  },
  run,
  commandLine: dryRun,
};

/** What an archiver would not do. */
function changeEntry(random, entries, trail) {
  const entry = random.pick(entries);
  const change = random.pick([
    { declaredSize: random.pick([0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, entry.data.length + 1]) },
    { method: random.pick([1, 8, 9, 12, 99, 0]) },
    { checksum: 0 },
    { encrypted: true },
    {
      name: random.pick([
        '',
        '/',
        '../x.npy',
        '__proto__.npy',
        'x_train.npy',
        'a\u0000.npy',
        '\u001b[2J.npy',
        `${'n'.repeat(3000)}.npy`,
      ]),
    },
    // A bomb: a few bytes that unpack to many.
    { data: Buffer.alloc(2 ** 22), deflated: true },
    { data: deflateRawSync(entry.data), method: 8 },
  ]);
  Object.assign(entry, change);
  trail.push(`entry ${Object.keys(change)} changed`);
}
