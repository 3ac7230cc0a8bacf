/** What commands write, and where. */
import { lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cliPath, type Finished, ganode, start } from '../../helpers/child.js';
import { sharedRun, small } from '../../helpers/run.js';
import { temporaryDir, tinyRecipe } from '../../helpers/tiny.js';
import { train } from '../train/training.js';

const { dir, run } = sharedRun();

const generate = (...args: string[]): Promise<Finished> =>
  ganode('generate', run, '--count', '4', ...args);

describe.skipIf(process.platform !== 'linux')('an output', () => {
  it('that is a full device is told, and the device stays', async () => {
    for (const output of ['--grid', '--npy']) {
      for (const force of [[], ['--force']]) {
        expect(await generate(output, '/dev/full', ...force)).toMatchObject({
          code: 5,
          stdout: '',
          stderr: 'ganode: could not write /dev/full: no space left on the device\n',
        });
      }
    }
    expect((await stat('/dev/full')).isCharacterDevice()).toBe(true);
  });

  it.each(['"$@" > picture', '"$@" | cat > picture'])(
    'that is standard output is all that is there: %s',
    async (shell) => {
      const out = await temporaryDir();
      const args = [cliPath, 'generate', run, '--count', '4', '--grid', '/dev/stdout'];
      const { finished } = start(args, { shell: shell.replace('picture', join(out, 'picture')) });
      expect(await finished).toMatchObject({ code: 0, stdout: '', stderr: '' });
      await generate('--grid', join(out, 'same.png'));
      const [picture, same] = await Promise.all(
        ['picture', 'same.png'].map((name) => readFile(join(out, name))),
      );
      expect(picture).toEqual(same);
    },
  );

  it('that is a link writes what it leads to', async () => {
    const out = await temporaryDir();
    await writeFile(join(out, 'real.npy'), '');
    await symlink('real.npy', join(out, 'link.npy'));
    const link = join(out, 'link.npy');
    expect(await generate('--npy', link)).toMatchObject({ code: 2, stdout: '' });
    expect(await generate('--npy', link, '--force')).toMatchObject({ code: 0 });
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect((await readFile(join(out, 'real.npy'))).subarray(1, 6).toString()).toBe('NUMPY');
  });

  it('that is a folder, or no folder, is refused', async () => {
    const folder = join(dir, 'folder.png');
    await mkdir(folder);
    expect(await generate('--grid', folder, '--force')).toMatchObject({
      code: 5,
      stderr: `ganode: could not write ${folder}: is a folder\n`,
    });
    const file = join(dir, 'file');
    await writeFile(file, '');
    expect(await generate('--png', file, '--force')).toMatchObject({
      code: 5,
      stderr: `ganode: could not write ${file}: is not a folder\n`,
    });
  });

  it('is in the format that its name says, or refused before anything is done', async () => {
    const file = join(dir, 'grid.jpg');
    expect(await generate('--grid', file)).toMatchObject({ code: 0, stdout: `${file}\n` });
    expect((await sharp(file).metadata()).format).toBe('jpeg');
    expect(await generate('--grid', join(dir, 'grid.bmp'))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^ganode: Expected a name that ends in \.png, .* for --grid/),
    });
  });

  it('of which the name has odd characters stays one line, and JSON stays JSON', async () => {
    const odd = join(dir, 'odd "q" \n \u001b[2J 写');
    await mkdir(odd);
    const grid = join(odd, 'a.png');
    expect(await generate('--grid', grid)).toMatchObject({
      code: 0,
      stdout: `${dir}/odd "q" \\n \\u001b[2J 写/a.png\n`,
    });
    const out = join(odd, 'run');
    const events = await ganode('train', ...small, '--images', '16', '--out', out, '--json');
    const lines = events.stdout.trimEnd().split('\n');
    const paths = lines.map((line) => (JSON.parse(line) as { path?: string }).path);
    expect(paths).toContain(join(out, 'checkpoints', 'step-000001.safetensors'));
    const told = await ganode('info', out, '--json');
    expect(JSON.parse(told.stdout)).toMatchObject({ step: 1 });
    const plain = await ganode('info', out);
    expect(plain.stdout).toMatch(/^checkpoint .*odd "q" \\n \\u001b\[2J 写\/run\/checkpoints.*\n/);
    const failed = await ganode('info', join(odd, 'none'));
    expect(failed.stderr).toMatch(/^ganode: could not read .*odd.*none: no such file or folder\n$/);
  });
});

it('info tells schedules in words', async () => {
  const out = await temporaryDir();
  const adam = {
    kind: 'adam',
    learningRate: { schedule: 'cosine', from: 2e-4, to: 5e-5, images: 1_000_000 },
  };
  const ema = { halfLife: { schedule: 'linear', from: 0, to: 5e5, images: 1e6 }, rampUp: 0.05 };
  const recipe = tinyRecipe({
    optimizers: { generator: adam, discriminator: { kind: 'adam', learningRate: 1e-3 } },
    ema,
    duration: { images: 16 },
  });
  await train({ out, recipe });
  const { stdout } = await ganode('info', out);
  expect(stdout).toMatch(/^generator .* adam 2e-4 → 5e-5 over 1,000,000 images, cosine$/m);
  expect(stdout).toMatch(/^discriminator .* adam 1e-3$/m);
  expect(stdout).toMatch(
    /^average +half-life in images 0 → 500,000 over 1,000,000 images, linear; at most 0\.05 of the images shown$/m,
  );
});

describe('more than memory holds', () => {
  const refused = (args: string[], message: RegExp): Promise<void> =>
    ganode(...args).then((result) => {
      expect(result.stderr).toMatch(message);
      expect(result).toMatchObject({ code: 8, stdout: '' });
    });

  it('is refused before it is tried', async () => {
    await refused(
      ['generate', run, '--count', '1e9', '--npy', join(dir, 'never.npy')],
      /^ganode: out of memory: 1000000000 images of 1×28×28 take 1\.2 TB, and there are .*; a smaller count, .*\n$/,
    );
    await refused(
      ['interpolate', run, '--frames', '1e9', '--out', join(dir, 'never.gif')],
      /^ganode: out of memory: the latents of 1000000000 frames take 400 GB, .*; fewer frames take less\n$/,
    );
    await refused(
      ['evaluate', run, '--count', '1e9'],
      /^ganode: out of memory: .*1000000000 images take 404 GB, .*; a smaller count takes less\n$/,
    );
    const large = ['--size', '256', '--batch', '65536', '--memory-limit', '0'];
    await refused(
      ['train', '--data', 'mnist', '--split', 'test', ...large, '--out', join(dir, 'never')],
      /^ganode: out of memory: a step of 65536 images of 1×256×256 takes .*; a smaller batch .*\n$/,
    );
  });
});
