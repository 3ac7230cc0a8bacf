import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../../lib/version.js';
import { cliPath, ganode, start } from '../../helpers/child.js';
import { temporaryDir } from '../../helpers/tiny.js';

let dir: string;
let run: string;
/** MNIST's 10,000 test images and the smallest DCGAN. */
const small = ['--data', 'mnist', '--split', 'test', '--batch', '16', '--set', 'model.width=2'];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ganode-'));
  run = join(dir, 'run');
  const result = await ganode(
    'train',
    ...small,
    '--out',
    run,
    '--images',
    '320',
    '--set',
    'checkpoint.every=10',
  );
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout).toMatch(
    /training 20 steps\n.*step 10\/20 .*images\/s.*\n.*completed at step 20: 320 images/s,
  );
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('ganode', () => {
  it('prints its version, recipes and health', async () => {
    expect((await ganode('--version')).stdout).toBe(`${version}\n`);
    expect((await ganode('recipes')).stdout).toMatch(/^dcgan .*Radford/);
    const doctor = await ganode('doctor');
    expect(doctor).toMatchObject({ code: 0, stderr: '' });
    expect(doctor.stdout).toMatch(/libtorch +2\.13\.0.*\n[\s\S]*threads +\d+\n[\s\S]*all is well/);
    const report = JSON.parse((await ganode('doctor', '--json')).stdout);
    expect(report).toMatchObject({ ganode: version, problems: [] });
  });

  it('says what is wrong when the addon is not there', async () => {
    const env = { GANODE_ADDON: join(dir, 'none.node') };
    const { code, stdout } = await start([cliPath, 'doctor'], { env }).finished;
    expect(code).toBe(7);
    expect(stdout).toMatch(/PROBLEM .*GANODE_ADDON: .*none\.node is not there.*npm run setup/);
  });

  it('generates a grid, PNGs and an array, and overwrites only when told', async () => {
    const grid = join(dir, 'grid.png');
    const npy = join(dir, 'images.npy');
    const pngs = join(dir, 'pngs');
    const args = [
      'generate',
      run,
      '--count',
      '5',
      '--seed',
      '3',
      '--grid',
      grid,
      '--npy',
      npy,
      '--png',
      pngs,
    ];
    expect(await ganode(...args)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: `${grid}\n${pngs}\n${npy}\n`,
    });
    expect(await sharp(grid).metadata()).toMatchObject({ width: 88, height: 58, channels: 1 });
    expect((await readdir(pngs)).length).toBe(5);
    const array = await readFile(npy);
    expect(array.toString('latin1')).toContain("'shape': (5, 1, 28, 28)");
    const again = await ganode(...args);
    expect(again).toMatchObject({
      code: 2,
      stderr: `ganode: ${grid} is there already; --force overwrites it\n`,
    });
    expect(await ganode(...args, '--force')).toMatchObject({ code: 0 });
    expect(await readFile(npy)).toEqual(array);
  });

  it('interpolates', async () => {
    const file = join(dir, 'walk.webp');
    expect(await ganode('interpolate', run, '--out', file, '--frames', '6')).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect((await sharp(file, { animated: true }).metadata()).pages).toBe(6);
  });

  it('tells what a run holds', async () => {
    const { stdout } = await ganode('info', run);
    expect(stdout).toMatch(
      /checkpoint .*step-000020.*whole\)\nrecipe +dcgan\nimages +1×28×28\ndata +mnist, 10,000 images\ntrained +20 steps, 320 images/,
    );
    expect(JSON.parse((await ganode('info', run, '--json')).stdout)).toMatchObject({ step: 20 });
  });

  it("resumes with nothing but the folder, and trains from a run's config the same run again", async () => {
    const other = join(dir, 'again');
    const same = await ganode('train', '--config', join(run, 'config.json'), '--out', other);
    expect(same).toMatchObject({ code: 0, stderr: '' });
    const losses = async (path: string): Promise<number[]> =>
      (await readFile(join(path, 'metrics.jsonl'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).generatorLoss);
    expect(await losses(other)).toEqual(await losses(run));
    const resumed = await ganode('train', '--resume', '--out', other, '--images', '400', '--json');
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    const events = resumed.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ type: 'start', step: 20, totalSteps: 25 });
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'completed', step: 25 });
  });

  it('trains nothing in a dry run, and tells the networks and the cost', async () => {
    const out = join(dir, 'dry');
    const { code, stdout } = await ganode(
      'train',
      ...small,
      '--out',
      out,
      '--dry-run',
      '--epochs',
      '1',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /10000 images of 1×28×28[\s\S]*convTranspose2d2 [\s\S]*discriminator\n[\s\S]*625 steps of 16 images; [\d.]+ billion multiply-adds a step/,
    );
    expect(await readdir(dir)).not.toContain('dry');
  });

  it('saves at Ctrl-C and exits with 130', async () => {
    const out = join(dir, 'interrupted');
    const { child, finished } = start([
      cliPath,
      'train',
      ...small,
      '--out',
      out,
      '--epochs',
      '1000',
    ]);
    child.stdout?.once('data', () => setTimeout(() => child.kill('SIGINT'), 500));
    const result = await finished;
    expect(result).toMatchObject({ code: 130, signal: null, stderr: '' });
    const step = /aborted at step (\d+)/.exec(result.stdout)?.[1];
    expect((await ganode('info', out, '--json')).stdout).toContain(`"step": ${step},`);
  });
});

describe('bad input gets one line and its exit code', () => {
  async function refused(code: number, message: RegExp, ...args: string[]): Promise<void> {
    const result = await ganode(...args);
    expect(result.stderr).toMatch(message);
    expect(result.stderr.trim().split('\n').length, result.stderr).toBe(1);
    expect(result).toMatchObject({ code, stdout: '' });
  }
  const bad = (...args: string[]): string[] => ['train', '--out', join(dir, 'bad'), ...args];

  it.each([
    [2, /unknown command 'trian' \(Did you mean train\?\)/, ['trian']],
    [2, /unknown option '--bach' \(Did you mean --batch\?\)/, ['train', '--bach', '3']],
    [
      2,
      /'--batch <n>' argument 'x' is invalid. expected a whole number from 1/,
      ['train', '--batch', 'x'],
    ],
    [2, /--epochs.*cannot be used with.*--images/, ['train', '--epochs', '1', '--images', '1']],
    [2, /Expected --out DIR/, ['train', '--data', 'mnist']],
    [2, /Expected an output: --grid/, ['generate', 'x']],
    [5, /could not read .*nowhere: ENOENT/, ['info', '/nowhere']],
  ])('%i %s', (code, message, args) => refused(code, message, ...args));

  it('in training', async () => {
    await refused(2, /Expected --data SOURCE/, ...bad());
    await refused(
      2,
      /Unknown recipe "dcgn"; did you mean "dcgan"\?/,
      ...bad('--data', 'mnist', '--recipe', 'dcgn'),
    );
    await refused(
      2,
      /Unknown option "bacth"; did you mean "batch"\?/,
      ...bad('--data', 'mnist', '--set', 'bacth=1'),
    );
    await refused(
      2,
      /optimizers.generator.learningRate: expected .* but received -1/,
      ...bad('--data', 'mnist', '--set', 'optimizers.generator.learningRate=-1'),
    );
    await refused(
      2,
      /28.*power of two/,
      ...bad('--data', 'mnist', '--split', 'test', '--size', '30'),
    );
    await refused(
      3,
      /Unknown data source "minst".*did you mean "mnist"\?/,
      ...bad('--data', 'minst'),
    );
    await refused(
      3,
      /at least 10001 images, one batch, but the data has 10000/,
      ...bad('--data', 'mnist', '--split', 'test', '--batch', '10001'),
    );
    await refused(2, /holds a run already/, 'train', ...small, '--out', run);
    await refused(
      4,
      /a resumed run keeps its recipe; batch was 16 and 32/,
      'train',
      '--resume',
      '--out',
      run,
      '--batch',
      '32',
    );
    await refused(
      7,
      /device 'cuda'/,
      ...bad('--data', 'mnist', '--split', 'test', '--device', 'cuda'),
    );
    expect(await readdir(dir)).not.toContain('bad');
  });

  it('with a recipe file that is not right', async () => {
    const file = join(dir, 'config.json');
    await writeFile(file, '{ "batch": ');
    await refused(2, /config\.json: /, ...bad('--data', 'mnist', '--config', file));
    await writeFile(file, '[]');
    await refused(
      2,
      /config\.json: expected a JSON object/,
      ...bad('--data', 'mnist', '--config', file),
    );
    await refused(
      5,
      /could not read .*none\.json: ENOENT/,
      ...bad('--data', 'mnist', '--config', join(dir, 'none.json')),
    );
  });

  it('with data that is not right', async () => {
    const data = await temporaryDir();
    await refused(3, /expected PNG, JPEG or WebP files but found none/, ...bad('--data', data));
    const images = join(data, 'train-images-idx3-ubyte');
    await writeFile(images, Buffer.from('0000080300000002000000010000000107', 'hex'));
    await refused(
      3,
      /cut short: its header promises 2×1×1 = 2 bytes but 1 follow/,
      ...bad('--data', data),
    );
    await writeFile(images, Buffer.from('0000000000', 'hex'));
    await refused(
      3,
      /expected the magic number 0x00000803 but received 0x00000000/,
      ...bad('--data', data),
    );
  });

  it('with a checkpoint that is not right', async () => {
    const name = 'step-000020.safetensors';
    const whole = await readFile(join(run, 'checkpoints', name));
    const file = join(await temporaryDir(), name);
    const header = whole.readUInt32LE(0);
    const edited = (from: string, to: string): Buffer => {
      const text = whole
        .subarray(8, 8 + header)
        .toString('latin1')
        .replace(from, to);
      return Buffer.concat([
        whole.subarray(0, 8),
        Buffer.from(text, 'latin1'),
        whole.subarray(8 + header),
      ]);
    };
    const flipped = Buffer.from(whole);
    flipped[whole.length - 100] = (flipped[whole.length - 100] as number) ^ 4;
    const huge = Buffer.from(whole);
    huge.writeUInt32LE(0x7fffffff, 4);
    const cases: [Buffer, RegExp][] = [
      [whole.subarray(0, whole.length / 2), /out of range|cut short|expected .* bytes/],
      [whole.subarray(0, 5), /cut short: expected a header, got 5 bytes/],
      [flipped, /was altered: its checksum is/],
      [huge, /is no checkpoint: its header claims/],
      [edited('"data_offsets":[0,', '"data_offsets":[4,'), /data_offsets span \d+ bytes/],
      [
        edited('"ganode.format":"1"', '"ganode.format":"9"'),
        /written by a newer ganode \(format 9\)/,
      ],
      [Buffer.from('hello, world, this is text'), /is no checkpoint/],
    ];
    for (const [bytes, message] of cases) {
      await writeFile(file, bytes);
      await refused(4, message, 'generate', file, '--grid', join(dir, 'never.png'));
    }
  });

  it('when a learning rate explodes: step, term, last good checkpoint', async () => {
    const out = join(dir, 'explodes');
    const rate = (player: string): string =>
      `optimizers.${player}={"kind":"sgd","learningRate":10,"momentum":0.99}`;
    const settings = [
      rate('generator'),
      rate('discriminator'),
      'checkpoint={"every":1,"keep":null}',
      'samples.every=100000',
    ];
    const result = await ganode(
      'train',
      ...small,
      '--out',
      out,
      '--epochs',
      '50',
      ...settings.flatMap((s) => ['--set', s]),
    );
    expect(result.code).toBe(6);
    expect(result.stderr).toMatch(
      /^ganode: \S+ is (NaN|infinite|not finite) ?(at|after) step \d+.*(the last good checkpoint is|no checkpoint was written before).*\n$/,
    );
  });

  it('when the disk is full in mid-checkpoint: the earlier one stays whole', async () => {
    const out = join(dir, 'full');
    await mkdir(out);
    const args = ['train', ...small, '--out', join(out, 'run'), '--images', '64'];
    expect(await ganode(...args)).toMatchObject({ code: 0 });
    const earlier = join(out, 'run', 'checkpoints', 'step-000004.safetensors');
    const before = await readFile(earlier);
    // A limit on the size of files stands in for a full disk: writing past it fails.
    const blocks = Math.floor(before.length / 1024 / 2);
    const shell = `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`;
    const more = [cliPath, 'train', '--resume', '--out', join(out, 'run'), '--images', '128'];
    const result = await start(more, { shell }).finished;
    expect(result).toMatchObject({ code: 5, signal: null });
    expect(result.stderr).toMatch(
      /^ganode: could not write .*step-000008\.safetensors: File too large\n$/,
    );
    expect(await readFile(earlier)).toEqual(before);
    expect(await readdir(join(out, 'run', 'checkpoints'))).toEqual(['step-000004.safetensors']);
    await copyFile(earlier, join(dir, 'kept'));
    expect(
      await ganode('train', '--resume', '--out', join(out, 'run'), '--images', '128'),
    ).toMatchObject({ code: 0 });
  });
});
