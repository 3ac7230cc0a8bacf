/** Bad input: one line on standard error, nothing on standard output, the documented exit code. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { ganode } from '../../helpers/child.js';
import { sharedRun, small } from '../../helpers/run.js';
import { conditionalRecipe, temporaryDir, tinyData } from '../../helpers/tiny.js';
import { train } from '../train/training.js';

const { dir, run } = sharedRun();

async function refused(code: number, message: RegExp, ...args: string[]): Promise<void> {
  const result = await ganode(...args);
  expect(result.stderr).toMatch(message);
  expect(result.stderr).toMatch(/^ganode: .*\n$/);
  expect(result).toMatchObject({ code, stdout: '' });
}

/** A run that must not come to be. */
const bad = (...args: string[]): string[] => ['train', '--out', join(dir, 'bad'), ...args];
const onTest = (...args: string[]): string[] => bad('--data', 'mnist', '--split', 'test', ...args);

describe('options', () => {
  it.each([
    [2, /unknown command 'trian' \(Did you mean train\?\)/, ['trian']],
    [2, /unknown option --bach: did you mean --batch\?/, ['train', '--bach', '3']],
    [
      2,
      /Expected a value for --out but received the option --dry-run/,
      ['train', '--out', '--dry-run'],
    ],
    [2, /Expected --resume with --changed-data/, ['train', '--changed-data']],
    [
      2,
      /'--batch <n>' argument 'x' is invalid. expected a whole number from 1/,
      ['train', '--batch', 'x'],
    ],
    [
      2,
      /argument 'fp16' is invalid. Allowed choices are fp32, bf16, auto/,
      ['train', '--precision', 'fp16'],
    ],
    [2, /--epochs.*cannot be used with.*--images/, ['train', '--epochs', '1', '--images', '1']],
    [2, /too many arguments/, ['train', 'mnist']],
    [2, /missing required argument 'run'/, ['info']],
    [2, /Expected --out DIR/, ['train', '--data', 'mnist']],
    [2, /Expected --out DIR, the run to resume/, ['train', '--resume']],
    [2, /Expected an output: --grid/, ['generate', 'x']],
    [2, /'--truncation <psi>' argument '2' is invalid/, ['generate', 'x', '--truncation', '2']],
    [2, /required option '--out <file>' not specified/, ['interpolate', 'x']],
    [
      2,
      /'--memory-limit <size>' argument 'much' is invalid. expected a size such as 512MB, 1GiB, 1.5g/,
      ['train', '--memory-limit', 'much'],
    ],
    [2, /unknown option --num-images: did you mean --count\?/, ['generate', 'x', '--num-images']],
    [2, /ends in \.webp or \.gif.*"a\.mp4"/, ['interpolate', 'x', '--out', 'a.mp4']],
    [5, /could not read .*nowhere: no such file or folder/, ['info', '/nowhere']],
    [
      5,
      /could not read .*nowhere: no such file or folder/,
      ['generate', '/nowhere', '--grid', '/nowhere.png'],
    ],
    [5, /could not read .*nowhere: no such file or folder/, ['train', '--resume', '/nowhere']],
  ])('%i %s', (code, message, args) => refused(code, message, ...args));

  it('that do not fit the generator', async () => {
    const grid = ['--grid', join(dir, 'never.png')];
    await refused(
      2,
      /none, as the generator has no classes/,
      'generate',
      run,
      ...grid,
      '--labels',
      '1',
    );
    await refused(
      2,
      /no classes/,
      'interpolate',
      run,
      '--out',
      join(dir, 'never.gif'),
      '--label',
      '1',
    );
    await refused(
      2,
      /none, as the generator is no mixture,/,
      'generate',
      run,
      ...grid,
      '--expert',
      '0',
    );
    await refused(7, /device 'cuda'/, 'generate', run, ...grid, '--device', 'cuda');
  });
});

describe('a conditional generator', () => {
  it('without classes to draw', async () => {
    const out = await temporaryDir();
    await train({ recipe: conditionalRecipe(), data: tinyData(40, true), out });
    const grid = join(dir, 'never.png');
    const wanted = 'Expected class indices from 0 to 2, as the generator is conditional,';
    await refused(
      2,
      new RegExp(`${wanted} for labels but received nothing\n$`),
      ...['generate', out, '--grid', grid],
    );
    await refused(
      2,
      new RegExp(`${wanted} for label but received nothing\n$`),
      ...['interpolate', out, '--out', join(dir, 'never.gif')],
    );
    await refused(2, /from 0 to 2 for labels/, 'generate', out, '--grid', grid, '--labels', '7');
  });
});

describe('training', () => {
  it('with a wrong recipe or setting', async () => {
    await refused(2, /Expected --data SOURCE/, ...bad());
    await refused(
      2,
      /Unknown recipe "dcgn"; did you mean "dcgan"\?/,
      ...onTest('--recipe', 'dcgn'),
    );
    await refused(
      2,
      /Unknown option "bacth"; did you mean "batch"\?/,
      ...onTest('--set', 'bacth=1'),
    );
    for (const [word, meant] of [
      ['batchSize', 'batch'],
      ['lr', 'optimizers.generator.learningRate'],
      ['epochs', 'duration.epochs'],
    ]) {
      const message = new RegExp(`Unknown option "${word}"; did you mean "${meant}"\\?`);
      await refused(2, message, ...onTest('--set', `${word}=1`));
    }
    await refused(
      2,
      /Expected path=value for --set but received "batch"/,
      ...onTest('--set', 'batch'),
    );
    const rate = 'optimizers.generator.learningRate=-1';
    await refused(
      2,
      /optimizers.generator.learningRate: expected .* but received -1/,
      ...onTest('--set', rate),
    );
    await refused(2, /the nearest that fit are 32×32 and 28×28/, ...onTest('--size', '30'));
    await refused(
      2,
      /model\.experts: expected number to be >=1 but received 0/,
      ...onTest('--recipe', 'mgan', '--set', 'model.experts=0'),
    );
    await refused(7, /device 'cuda'/, ...onTest('--device', 'cuda'));
    expect(await readdir(dir)).not.toContain('bad');
  });

  it('with a recipe file that is not right', async () => {
    const file = join(dir, 'config.json');
    await writeFile(file, '{ "batch": ');
    await refused(2, /config\.json: /, ...onTest('--config', file));
    await writeFile(file, '[]');
    await refused(2, /config\.json: expected a JSON object/, ...onTest('--config', file));
    const none = join(dir, 'none.json');
    await refused(
      5,
      /could not read .*none\.json: no such file or folder/,
      ...onTest('--config', none),
    );
  });

  it('in a folder that is taken, or cannot be made', async () => {
    await refused(2, /holds a run already/, 'train', ...small, '--out', run);
    const file = join(dir, 'file');
    await writeFile(file, '');
    await refused(
      5,
      /could not use .*file.*: a part of the path is not a folder/,
      'train',
      ...small,
      '--out',
      join(file, 'run'),
    );
  });

  it('that goes on with another recipe', async () => {
    const message = /a resumed run keeps its recipe; batch was 16 and 32/;
    await refused(4, message, 'train', '--resume', run, '--batch', '32');
    await refused(3, /expected a run with a checkpoint/, 'train', '--resume', await temporaryDir());
  });
});

describe('data', () => {
  it('that is missing, or not right', async () => {
    await refused(
      3,
      /Unknown data source "minst".*did you mean "mnist"\?/,
      ...bad('--data', 'minst'),
    );
    const tooLarge = /at least 10001 images, one batch, but the data has 10000/;
    await refused(3, tooLarge, ...onTest('--batch', '10001'));
    const data = await temporaryDir();
    await refused(3, /expected pictures \(PNG, JPEG, .*\) but found none/, ...bad('--data', data));
    const images = join(data, 'train-images-idx3-ubyte');
    const short = Buffer.from('0000080300000002000000010000000107', 'hex');
    const promised = /cut short: its header promises 2×1×1 = 2 bytes but 1 follow/;
    await writeFile(images, short);
    await refused(3, promised, ...bad('--data', data));
    const magic = /expected the magic number 0x00000803 but received 0x00000000/;
    await writeFile(images, Buffer.from('0000000000', 'hex'));
    await refused(3, magic, ...bad('--data', data));
    await rm(images);
    await writeFile(`${images}.gz`, gzipSync(Buffer.alloc(1000)).subarray(0, 20));
    await refused(3, /train-images-idx3-ubyte\.gz/, ...bad('--data', data));
  });

  it('with one broken image among good ones: named and skipped, or fatal', async () => {
    const data = await temporaryDir();
    for (let i = 0; i < 4; i += 1) {
      const create = {
        width: 28,
        height: 28,
        channels: 3,
        background: { r: i * 9, g: 1, b: 1 },
      } as const;
      await sharp({ create })
        .png()
        .toFile(join(data, `${i}.png`));
    }
    await writeFile(join(data, 'broken.png'), 'no picture');
    const args = ['--data', data, '--size', '28', '--batch', '4', '--set', 'model.width=2'];
    await refused(3, /broken\.png/, ...bad(...args, '--on-broken', 'error'));
    const out = join(dir, 'skips');
    const skipped = await ganode('train', '--out', out, ...args, '--epochs', '1');
    expect(skipped).toMatchObject({ code: 0 });
    expect(skipped.stderr).toMatch(/^ganode: warning: .*broken\.png.*\n$/);
  });
});

describe('a checkpoint', () => {
  const name = 'step-000020.safetensors';

  it('that is not whole, altered, or from a newer version', async () => {
    const whole = await readFile(join(run, 'checkpoints', name));
    const file = join(await temporaryDir(), name);
    const header = whole.readUInt32LE(0);
    const edited = (from: string, to: string): Buffer => {
      const text = whole
        .subarray(8, 8 + header)
        .toString('latin1')
        .replace(from, to);
      const rest = whole.subarray(8 + header);
      return Buffer.concat([whole.subarray(0, 8), Buffer.from(text, 'latin1'), rest]);
    };
    const flipped = Buffer.from(whole);
    flipped[whole.length - 100] = (flipped[whole.length - 100] as number) ^ 4;
    const huge = Buffer.from(whole);
    huge.writeUInt32LE(0x7fffffff, 4);
    const cases: [Buffer, RegExp][] = [
      [whole.subarray(0, whole.length / 2), /out of range|cut short|expected .* bytes/],
      [whole.subarray(0, 5), /cut short: expected a header, got 5 bytes/],
      [Buffer.alloc(0), /cut short: expected a header, got 0 bytes/],
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

  it('that is altered: an earlier one is offered, and works', async () => {
    const copy = join(dir, 'altered');
    await mkdir(join(copy, 'checkpoints'), { recursive: true });
    for (const file of [
      'config.json',
      'latest',
      `checkpoints/${name}`,
      'checkpoints/step-000010.safetensors',
    ]) {
      const bytes = await readFile(join(run, file));
      const cut = file.endsWith(name) ? bytes.subarray(0, bytes.length - 1000) : bytes;
      await writeFile(join(copy, file), cut);
    }
    const earlier = join(copy, 'checkpoints', 'step-000010.safetensors');
    const offer = new RegExp(`an earlier one is whole: resume from ${earlier}\\n$`);
    await refused(4, offer, 'train', '--resume', '--out', copy);
    expect(await ganode('train', '--resume', earlier, '--out', copy)).toMatchObject({ code: 0 });
  });
});
