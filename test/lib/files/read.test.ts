/** Files that may never answer are not read. */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gather } from '../../../lib/cli/training.js';
import { openDataset } from '../../../lib/data/source.js';
import { openTorchScript } from '../../../lib/evaluate/torchscript.js';
import { openRegular, readText, readWhole } from '../../../lib/files/read.js';
import { readNpy } from '../../../lib/image/npy.js';
import { Generator } from '../../../lib/sample/generator.js';
import { readRunConfig } from '../../../lib/train/run-directory.js';
import { Trainer } from '../../../lib/train/trainer.js';
import { plain, red } from '../../helpers/pictures.js';
import { temporaryDir, tinyData, tinyRecipe } from '../../helpers/tiny.js';

/** A pipe that nobody writes to. */
function pipe(path: string): string {
  execFileSync('mkfifo', [path]);
  return path;
}

describe.skipIf(process.platform === 'win32')('reading', () => {
  it('takes a regular file, up to a limit', async () => {
    const file = join(await temporaryDir(), 'file');
    await writeFile(file, 'Hünde');
    expect(await readText(file)).toBe('Hünde');
    expect(await readWhole(file, 6)).toEqual(Buffer.from('Hünde'));
    await expect(readWhole(file, 5)).rejects.toThrow('expected at most 5 bytes but it has 6');
    await (await openRegular(file)).close();
  });

  it('refuses a pipe, a device and a folder, at once', async () => {
    const dir = await temporaryDir();
    await expect(readWhole(pipe(join(dir, 'pipe')))).rejects.toMatchObject({
      code: 'IO',
      message: `could not read ${join(dir, 'pipe')}: is no file but a pipe`,
    });
    await expect(readWhole('/dev/zero')).rejects.toThrow(
      /^could not read \/dev\/zero: is no file but a device$/,
    );
    await expect(readWhole(dir)).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(readWhole(join(dir, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('takes what the process has open: /dev/stdin, and <(command) of a shell', () => {
    const url = new URL('../../../dist/files/read.js', import.meta.url).href;
    const program = `import(${JSON.stringify(url)}).then(async (files) =>
      console.log(await files.readText('/dev/stdin'), await files.readText(process.argv[1])))`;
    const shell = '{ sleep 0.2; printf in; } | "$0" -e "$1" <(sleep 0.2; printf out)';
    const printed = execFileSync('bash', ['-c', shell, process.execPath, program]);
    expect(`${printed}`).toBe('in out\n');
  });
});

describe.skipIf(process.platform === 'win32')('a pipe is refused in place of', () => {
  const refusal = (path: string): object => ({
    code: 'IO',
    message: `could not read ${path}: is no file but a pipe`,
  });

  it('a configuration', async () => {
    const path = pipe(join(await temporaryDir(), 'config.json'));
    const flags = { config: path, set: [], data: 'mnist' };
    await expect(gather(flags)).rejects.toMatchObject(refusal(path));
  });

  it("a run's config.json and latest", async () => {
    const out = await temporaryDir();
    await using trainer = await Trainer.create({ recipe: tinyRecipe(), data: tinyData(), out });
    for await (const _ of trainer.train({ steps: 1 }));
    execFileSync('rm', [join(out, 'latest'), join(out, 'config.json')]);
    const [latest, config] = [pipe(join(out, 'latest')), pipe(join(out, 'config.json'))];
    await expect(Generator.load(out)).rejects.toMatchObject(refusal(latest));
    await expect(readRunConfig(out)).rejects.toMatchObject(refusal(config));
  });

  it('arrays, idx files, CIFAR, and a TorchScript file', async () => {
    const dir = await temporaryDir();
    for (const name of ['a.npy', 'a.npz']) {
      const path = pipe(join(dir, name));
      await expect(openDataset(path)).rejects.toMatchObject(refusal(path));
    }
    await expect(readNpy(join(dir, 'a.npy'))).rejects.toMatchObject({ code: 'IO' });
    const mnist = join(dir, 'mnist');
    await mkdir(mnist);
    const images = pipe(join(mnist, 'train-images-idx3-ubyte'));
    await writeFile(join(mnist, 'train-labels-idx1-ubyte'), '');
    await expect(openDataset(`mnist:${mnist}`)).rejects.toMatchObject(refusal(images));
    const cifar = join(dir, 'cifar');
    await mkdir(cifar);
    const batch = pipe(join(cifar, 'test_batch.bin'));
    const test = { split: 'test' } as const;
    await expect(openDataset(`cifar10:${cifar}`, test)).rejects.toMatchObject(refusal(batch));
    const script = pipe(join(dir, 'a.pt'));
    await expect(openTorchScript({ path: script })).rejects.toMatchObject(refusal(script));
  });

  it('a list of labels; one among pictures is passed over', async () => {
    const dir = await temporaryDir();
    for (let i = 0; i < 4; i += 1) await writeFile(join(dir, `${i}.png`), await plain(red));
    const labels = pipe(join(dir, 'labels.csv'));
    await expect(openDataset(dir, { labelsFrom: labels })).rejects.toThrow(/is no file but a pipe/);
    expect((await openDataset(dir)).length).toBe(4);
  });
});
