import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../lib/data/source.js';
import { temporaryDir } from '../../helpers/tiny.js';

const names = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship'];

/** Images whose red, green and blue are their label, 100 and 200. */
function batch(labels: readonly number[], coarse: readonly number[] = []): Uint8Array {
  return Buffer.concat(
    labels.map((label) =>
      Buffer.concat([
        Buffer.from([...coarse, label]),
        Buffer.alloc(1024, label),
        Buffer.alloc(1024, 100),
        Buffer.alloc(1024, 200),
      ]),
    ),
  );
}

async function cifar10(): Promise<string> {
  const dir = await temporaryDir();
  for (let i = 1; i <= 5; i += 1) {
    await writeFile(join(dir, `data_batch_${i}.bin`), batch([i, 9]));
  }
  await writeFile(join(dir, 'test_batch.bin'), batch([0, 7, 3]));
  await writeFile(join(dir, 'batches.meta.txt'), `${[...names, 'truck'].join('\n')}\n\n`);
  return dir;
}

describe('CIFAR', () => {
  it('10 has ten classes with names, in parts', async () => {
    const dir = await cifar10();
    for (const source of [dir, `cifar10:${dir}`]) {
      const train = await openDataset(source);
      expect(train).toMatchObject({
        name: 'cifar10',
        length: 10,
        dtype: 'uint8',
        shape: { channels: 3, height: 32, width: 32 },
        labels: Int32Array.of(1, 9, 2, 9, 3, 9, 4, 9, 5, 9),
        classes: [...names, 'truck'],
        split: 'train',
        splits: ['train', 'test'],
      });
      const target = new Uint8Array(3072);
      await train.read(Uint32Array.of(4), target);
      expect([target[0], target[1023], target[1024], target[3071]]).toEqual([3, 3, 100, 200]);
      const test = await openDataset(source, { split: 'test' });
      expect(test.labels).toEqual(Int32Array.of(0, 7, 3));
      await expect(openDataset(source, { split: 'validation' })).rejects.toThrow(
        /has no part "validation" \(--split\): it has train and test/,
      );
    }
  });

  it('10 is one whole of a file alone', async () => {
    const path = join(await cifar10(), 'data_batch_2.bin');
    const data = await openDataset(path);
    expect(data).toMatchObject({ length: 2, labels: Int32Array.of(2, 9), name: path });
    expect(data.classes?.[9]).toBe('truck');
    expect(data.splits).toBeUndefined();
    await expect(openDataset(path, { split: 'test' })).rejects.toThrow(
      /has no part "test" \(--split\): it is one whole without parts/,
    );
  });

  it('100 has fine labels', async () => {
    const dir = await temporaryDir();
    await writeFile(join(dir, 'train.bin'), batch([99, 4], [19]));
    await writeFile(join(dir, 'test.bin'), batch([1], [2]));
    const classes = Array.from({ length: 100 }, (_, i) => `class ${i}`);
    await writeFile(join(dir, 'fine_label_names.txt'), classes.join('\r\n'));
    const data = await openDataset(dir, { image: { height: 16, width: 16 } });
    expect(data).toMatchObject({ name: 'cifar100', labels: Int32Array.of(99, 4), classes });
    expect(data).toMatchObject({ split: 'train', shape: { height: 16 } });
    expect(await openDataset(`cifar100:${dir}`, { split: 'test' })).toMatchObject({ length: 1 });
  });

  it('is refused in one line where something is amiss', async () => {
    const refused = async (source: string, message: RegExp, code = 'INVALID_DATA') =>
      expect(openDataset(source)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
    const dir = await cifar10();
    await writeFile(join(dir, 'data_batch_3.bin'), batch([3]).subarray(1));
    await refused(
      dir,
      /data_batch_3\.bin: expected images of 3073 bytes each but it holds 3072 bytes/,
    );
    await writeFile(join(dir, 'data_batch_3.bin'), batch([3, 10]));
    await refused(dir, /data_batch_3\.bin: expected classes up to 9 but image 1 has 10/);
    await writeFile(join(dir, 'data_batch_3.bin'), batch([3]));
    await writeFile(join(dir, 'batches.meta.txt'), 'one\ntwo\n');
    await refused(dir, /batches\.meta\.txt: expected 10 names of classes but it holds 2/);
    await writeFile(join(dir, 'batches.meta.txt'), 'one\ntwo\n3\n4\n5\n6\n7\n8\none\n9\n');
    await refused(dir, /batches\.meta\.txt: names two classes "one"/);
    const half = await temporaryDir();
    await writeFile(join(half, 'data_batch_1.bin'), batch([3]));
    await refused(half, /could not read .*data_batch_2\.bin: no such file or folder/, 'IO');
    await refused('cifar10', /cifar10: expected its folder: unpack .* \(cifar10:DIR\)/);
    const archive = join(half, 'cifar-10-binary.tar.gz');
    await writeFile(archive, 'packed');
    for (const source of [archive, `cifar10:${archive}`]) {
      await refused(source, /unpack it \(tar xf cifar-10-binary\.tar\.gz\) and name the folder/);
    }
    const python = join(half, 'python');
    await mkdir(python);
    await writeFile(join(python, 'data_batch_1'), 'pickled');
    await refused(`cifar10:${python}`, /looks like the Python version: take the binary version/);
    await refused(
      `cifar10:${join(half, 'none')}`,
      /could not read .*none: no such file or folder/,
      'IO',
    );
  });
});
