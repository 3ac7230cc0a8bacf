/** Every command, at work. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { version } from '../../../lib/package.js';
import { recipes } from '../../../lib/recipes/registry.js';
import { cliPath, ganode, start } from '../../helpers/child.js';
import { sharedRun, small } from '../../helpers/run.js';

const { dir, run, printed } = sharedRun();

const clean = { code: 0, signal: null, stderr: '' };

describe('ganode', () => {
  it('prints its version, its commands and recipes', async () => {
    expect(await ganode('--version')).toMatchObject({ ...clean, stdout: `${version}\n` });
    const { stdout } = await ganode('--help');
    for (const name of ['train', 'generate', 'interpolate', 'info', 'recipes', 'doctor']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    }
  });

  it('lists the recipes with papers, data, sizes and costs', async () => {
    const { stdout, ...rest } = await ganode('recipes');
    expect(rest).toMatchObject(clean);
    expect(stdout).toMatch(
      /^dcgan +Radford.*\n +images \(sides from .*\); at 1×28×28: generator 760 thousand, discriminator 139 thousand parameters; 128 items, 9\.57 billion multiply-adds a step\ngan-2014 +Goodfellow/,
    );
    const all = JSON.parse((await ganode('recipes', '--json')).stdout) as { name: string }[];
    expect(all.map(({ name }) => name)).toEqual(recipes.map(({ name }) => name));
  });

  it('tells all of one recipe, for other data and settings, and times it', async () => {
    const asked = ['--size', '32', '--channels', '3', '--set', 'model.width=4', '--set', 'batch=2'];
    const { stdout } = await ganode('recipes', 'biggan', ...asked, '--classes', '5', '--measure');
    expect(stdout).toMatch(/^built for {7}3×32×32, 5 classes$/m);
    expect(stdout).toMatch(/^a step {10}2 items, .* multiply-adds a step, [\d.e-]+ s here$/m);
    expect(stdout).toMatch(/^ {2}model\.width +4$/m);
    expect(stdout).toMatch(/^ {2}optimizers\.discriminator\.betas +\[0,0\.999\]$/m);
    const facts = JSON.parse((await ganode('recipes', 'rcgan', '--size', '5', '--json')).stdout);
    expect(facts).toMatchObject({
      name: 'rcgan',
      data: { kind: 'sequences' },
      image: { channels: 1, height: 5, width: 28 },
      networks: { generator: { parameters: 45_628 } },
      step: { images: 28 },
      settings: { 'model.cell': 'lstm', ema: null },
    });
  });

  it.each([
    [['stylegan'], 'Unknown recipe "stylegan"; did you mean "stylegan2"?'],
    [['--size', '32'], 'Expected the name of a recipe beside --size'],
    [['dcgan', '--set', 'batc=3'], 'Unknown option "batc"; did you mean "batch"?'],
    [['dcgan', '--set', 'model.widht=3'], 'Unknown option "model.widht"; did you mean "width"?'],
  ])('refuses recipes %j', async (args, message) => {
    expect(await ganode('recipes', ...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `ganode: ${message}\n`,
    });
  });

  it('ends quietly when nobody reads on', async () => {
    const { finished } = start([cliPath, 'recipes'], { shell: '"$@" | true; echo "$PIPESTATUS"' });
    expect(await finished).toMatchObject({ ...clean, stdout: '0\n' });
  });

  it.skipIf(process.platform !== 'linux')('tells that standard output is full', async () => {
    const { finished } = start([cliPath, 'recipes'], { shell: '"$@" > /dev/full' });
    expect(await finished).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(
        /^ganode: could not write standard output: no space left on the device\n$/,
      ),
    });
  });
});

describe('doctor', () => {
  it('tells versions and where they come from', async () => {
    const doctor = await ganode('doctor');
    expect(doctor).toMatchObject(clean);
    const lines = [
      `ganode +${version}`,
      `node +${process.version}, Node-API \\d+, .+`,
      'platform +\\w+ \\w+',
      'sharp +[\\d.]+, libvips [\\d.]+',
      `addon +${version}, .+ganode\\.node`,
      'libtorch +2\\.13\\.0\\S* \\(built against 2\\.13\\.0\\S*\\), .+',
      'processor +\\w+, bfloat16 (yes|no)',
      'threads +\\d+: .+; run by ganode',
      'cuda +.+',
      'all is well',
    ];
    expect(doctor.stdout).toMatch(new RegExp(`^${lines.join('\\n')}\\n$`));
    const report = JSON.parse((await ganode('doctor', '--json')).stdout);
    expect(report).toMatchObject({ ganode: version, problems: [], addon: { ganode: version } });
  });

  it('says what is wrong with the addon', async () => {
    const none = { GANODE_ADDON: join(dir, 'none.node') };
    const missing = await start([cliPath, 'doctor'], { env: none }).finished;
    expect(missing).toMatchObject({ code: 7, stderr: '' });
    expect(missing.stdout).toMatch(/PROBLEM +addon: .*none\.node is not there.*unset it/);
    const garbage = join(dir, 'garbage.node');
    await writeFile(garbage, 'no library');
    const broken = await start([cliPath, 'doctor'], { env: { GANODE_ADDON: garbage } }).finished;
    expect(broken).toMatchObject({ code: 7, stderr: '' });
    expect(broken.stdout).toMatch(/PROBLEM +addon: .*garbage\.node.*build it again/);
  });

  it('runs where sharp does not load; the commands that need it say so', async () => {
    const hook = `export async function resolve(name, context, next) {
      if (name === 'sharp') throw new Error('Could not load the "sharp" module\\nPossible solutions:');
      return next(name, context);
    }`;
    const url = `data:text/javascript,${encodeURIComponent(hook)}`;
    const preload = `data:text/javascript,${encodeURIComponent(
      `import { register } from 'node:module'; register(${JSON.stringify(url)});`,
    )}`;
    const without = (...args: string[]) => start(['--import', preload, cliPath, ...args]).finished;
    const doctor = await without('doctor');
    expect(doctor).toMatchObject({ code: 7, stderr: '' });
    expect(doctor.stdout).toMatch(
      /libtorch.*\n[\s\S]*PROBLEM +sharp: Could not load the "sharp" module\n$/,
    );
    expect(await without('generate', run, '--grid', 'x.png')).toMatchObject({
      code: 7,
      stderr:
        'ganode: the command generate cannot be loaded: Could not load the "sharp" module; `ganode doctor` tells more\n',
    });
  });
});

describe('generate', () => {
  it('writes a grid, PNGs and an array, and overwrites only when told', async () => {
    const grid = join(dir, 'grid.png');
    const npy = join(dir, 'images.npy');
    const pngs = join(dir, 'pngs');
    const what = ['--count', '5', '--seed', '3', '--grid', grid, '--npy', npy, '--png', pngs];
    const args = ['generate', run, ...what];
    const stdout = `${grid}\n${pngs}\n${npy}\n`;
    expect(await ganode(...args)).toMatchObject({ ...clean, stdout });
    expect(await sharp(grid).metadata()).toMatchObject({ width: 88, height: 58, channels: 1 });
    expect((await readdir(pngs)).length).toBe(5);
    const array = await readFile(npy);
    expect(array.toString('latin1')).toContain("'shape': (5, 1, 28, 28)");
    const again = await ganode(...args);
    const stderr = `ganode: ${grid} is there already; --force overwrites it\n`;
    expect(again).toMatchObject({ code: 2, stderr });
    expect(await ganode(...args, '--force')).toMatchObject(clean);
    expect(await readFile(npy)).toEqual(array);
  });

  it('takes a seed, a truncation and one checkpoint', async () => {
    const bytes = async (...args: string[]): Promise<string> => {
      const npy = join(dir, 'one.npy');
      const force = ['--count', '4', '--npy', npy, '--force'];
      expect(await ganode('generate', ...args, ...force)).toMatchObject(clean);
      return (await readFile(npy)).toString('latin1');
    };
    const checkpoint = (step: number): string =>
      join(run, 'checkpoints', `step-0000${step}.safetensors`);
    const plain = await bytes(run);
    expect(await bytes(checkpoint(20), '--seed', '0', '--threads', '1')).toBe(plain);
    const others = [
      await bytes(run, '--seed', '1'),
      await bytes(run, '--truncation', '0.1'),
      await bytes(checkpoint(10)),
    ];
    expect(new Set([plain, ...others]).size).toBe(4);
  });
});

describe('interpolate', () => {
  it.each(['webp', 'gif'])('animates as %s', async (format) => {
    const file = join(dir, `walk.${format}`);
    const args = ['interpolate', run, '--out', file, '--frames', '6', '--keys', '3', '--fps', '10'];
    expect(await ganode(...args)).toMatchObject({ ...clean, stdout: `${file}\n` });
    const { pages, delay } = await sharp(file, { animated: true }).metadata();
    expect({ pages, delay }).toEqual({ pages: 6, delay: Array(6).fill(100) });
    const stderr = `ganode: ${file} is there already; --force overwrites it\n`;
    expect(await ganode(...args)).toMatchObject({ code: 2, stderr });
  });
});

describe('info', () => {
  it('tells what a run or a checkpoint holds', async () => {
    const { stdout } = await ganode('info', run);
    expect(stdout).toMatch(
      /checkpoint .*step-000020.*whole\)\nrecipe +dcgan\nimages +1×28×28\ndata +mnist, 10,000 images\nclasses +0, 1, 2, 3, 4, 5, 6, 7, 8, 9\ntrained +20 steps, 320 images\n[\s\S]*also there +.*step-000010/,
    );
    const earlier = join(run, 'checkpoints', 'step-000010.safetensors');
    const report = JSON.parse((await ganode('info', earlier, '--json')).stdout);
    expect(report).toMatchObject({ step: 10, checkpoint: earlier, recipe: { batch: 16 } });
  });
});

describe('train', () => {
  it('prints plain lines when piped', () => {
    expect(printed.text).toMatch(
      /^data mnist: 10,000 images of 1×28×28, test part, 10 classes \(not used\)\nrecipe dcgan: batches of 16, fp32, cpu, 1 thread\ntraining 20 steps\nstep 10\/20 .*images\/s.*\ncheckpoint .*\nstep 20\/20 [\s\S]*\ncompleted at step 20: 320 images .*\n$/,
    );
  });

  it('repeats a run from its config, and goes on with nothing but the folder', async () => {
    const other = join(dir, 'again');
    const config = join(run, 'config.json');
    expect(await ganode('train', '--config', config, '--out', other)).toMatchObject(clean);
    const losses = async (path: string): Promise<number[]> =>
      (await readFile(join(path, 'metrics.jsonl'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).generatorLoss);
    expect(await losses(other)).toEqual(await losses(run));
    const events = async (...args: string[]): Promise<Record<string, unknown>[]> => {
      const result = await ganode('train', ...args, '--json');
      expect(result).toMatchObject(clean);
      return result.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    };
    const first = await events('--resume', '--out', other, '--images', '400');
    expect(first[0]).toMatchObject({ type: 'start', step: 20, totalSteps: 25 });
    expect(first.at(-1)).toMatchObject({ type: 'end', reason: 'completed', step: 25 });
    const second = await events('--resume', other, '--images', '480');
    expect(second[0]).toMatchObject({ type: 'start', step: 25, totalSteps: 30 });
    const finished = await readFile(join(other, 'config.json'), 'utf8');
    expect(JSON.parse(finished).recipe.duration).toEqual({ images: 480 });
    const third = await ganode('train', '--resume', other, '--images', '400');
    expect(third).toMatchObject(clean);
    expect(third.stdout).toMatch(
      /\n.*step-000030\.safetensors: the training is finished \(step 30 of 25: 480 images, 0\.05 epochs\); --epochs or --images, counted from the very start, goes on with it\n$/,
    );
    expect(await readFile(join(other, 'config.json'), 'utf8')).toBe(finished);
  });

  it('goes on from one checkpoint in another folder', async () => {
    const from = join(run, 'checkpoints', 'step-000010.safetensors');
    const out = join(dir, 'branch');
    const result = await ganode('train', '--resume', from, '--out', out);
    expect(result).toMatchObject(clean);
    expect(result.stdout).toContain(`resumed from ${from} at step 10 of 20\n`);
    const tensors = async (path: string): Promise<Buffer> => {
      const bytes = await readFile(join(path, 'checkpoints', 'step-000020.safetensors'));
      return bytes.subarray(8 + bytes.readUInt32LE(0));
    };
    expect((await tensors(out)).equals(await tensors(run))).toBe(true);
  });
});

describe('train --dry-run', () => {
  it('tells the networks and the cost, and writes nothing', async () => {
    const out = join(dir, 'dry');
    const args = ['train', ...small, '--out', out, '--dry-run', '--epochs', '1'];
    const result = await ganode(...args);
    expect(result).toMatchObject(clean);
    expect(result.stdout).toMatch(
      /^data mnist: 10,000 images of 1×28×28, test part, 10 classes \(not used\)\nrecipe dcgan: batches of 16, fp32, cpu, 1 thread\n[\s\S]*convTranspose2d2 [\s\S]*discriminator\n[\s\S]*625 steps of 16 images; 0\.00317 billion multiply-adds a step\n\(counted: .*\)\n$/,
    );
    const json = JSON.parse((await ganode(...args, '--json')).stdout);
    const counts = { totalSteps: 625, imagesPerStep: 16, multiplyAdds: 3173632 };
    expect(json).toMatchObject({ type: 'dryRun', ...counts, recipe: { batch: 16 } });
    expect(await readdir(dir)).not.toContain('dry');
  });

  it('of a resumed run loads its checkpoint, and leaves the run as it is', async () => {
    const before = await readdir(run, { recursive: true });
    const result = await ganode('train', '--resume', run, '--images', '640', '--dry-run');
    expect(result).toMatchObject(clean);
    expect(result.stdout).toMatch(/\nfrom .*step-000020.* at step 20\n/);
    expect(await readdir(run, { recursive: true })).toEqual(before);
  });

  it('is refused where training would be', async () => {
    const dry = (...args: string[]) => ganode('train', ...small, '--dry-run', ...args);
    expect(await dry('--out', run)).toMatchObject({ code: 2 });
    expect(await dry('--device', 'cuda')).toMatchObject({ code: 7 });
    expect(await dry('--batch', '10001')).toMatchObject({ code: 3 });
  });
});
