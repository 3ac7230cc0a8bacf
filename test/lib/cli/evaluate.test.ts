/** `ganode evaluate`, at work and refusing. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { cliPath, type Finished, ganode, program, start } from '../../helpers/child.js';
import { sharedRun } from '../../helpers/run.js';
import { writeTorchScripts } from '../../helpers/torchscript.js';

let pooled: string;
const { dir, run } = sharedRun();
/** 120 pictures of three classes. */
let folder: string;

beforeAll(async () => {
  await writeTorchScripts(dir);
  pooled = join(dir, 'pooled.pt');
  folder = join(dir, 'pictures');
  for (const [kind, background] of [20, 120, 220].entries()) {
    const place = join(folder, String(kind));
    await mkdir(place, { recursive: true });
    for (let i = 0; i < 40; i += 1) {
      const [r, g, b] = [background + (i % 7), background, background - (i % 5)];
      const picture = { width: 28, height: 28, channels: 3, background: { r, g, b } } as const;
      await sharp({ create: picture })
        .png()
        .toFile(join(place, `${i}.png`));
    }
  }
});

/** With a cache of its own. */
const evaluate = (...args: string[]): Promise<Finished> =>
  start([cliPath, 'evaluate', ...args, '--threads', '1'], {
    env: { GANODE_CACHE: join(dir, 'cache') },
  }).finished;

async function refused(code: number, message: RegExp, ...args: string[]): Promise<void> {
  const result = await evaluate(...args);
  expect(result.stderr).toMatch(message);
  expect(result.stderr).toMatch(/^ganode: .*\n$/);
  expect(result).toMatchObject({ code, stdout: '' });
}

describe('ganode evaluate', () => {
  it("prints a table, of the run's own data by default, and keeps features", async () => {
    const out = join(dir, 'report.json');
    const args = [run, '--extractor', pooled, '--count', '100', '--out', out];
    const first = await evaluate(...args);
    expect(first.code).toBe(0);
    const number = '-?[\\d.e+-]+';
    const plain = (name: string, better: string): string =>
      `${name} +${number} +${number} +${better}`;
    const spread = (name: string, better: string): string =>
      `${name} +${number} ± ${number} +${number} ± ${number} +${better}`;
    const lines = [
      'metric +value +real against real +better',
      plain('frechetDistance', 'lower'),
      plain('kernelDistance', 'lower'),
      spread('inceptionScore', 'higher'),
      plain('precision', 'higher'),
      plain('recall', 'higher'),
      plain('density', 'higher'),
      plain('coverage', 'higher'),
      '',
      '100 generated and 100 real images of mnist; real against real: 100; dcgan after 20 steps; [\\d.]+ s',
      'extractor torchscript-[0-9a-f]{16}: pooled\\.pt',
    ];
    expect(first.stdout).toMatch(new RegExp(`^${lines.join('\\n')}\\n$`));
    expect(first.stderr).toContain('features of real images: 100 %');
    expect(first.stderr).toMatch(/\nganode: warning: 100 images are few: .*\n$/);

    const stderr = `ganode: ${out} is there already; --force overwrites it\n`;
    expect(await evaluate(...args)).toMatchObject({ code: 2, stdout: '', stderr });
    const before = JSON.parse(await readFile(out, 'utf8'));
    const again = await evaluate(...args, '--force', '--json');
    expect(again.stderr).toMatch(/^ganode: warning: [^\n]*\n$/);
    const report = JSON.parse(again.stdout);
    expect(JSON.parse(await readFile(out, 'utf8'))).toEqual(report);
    expect({ ...report, seconds: 0 }).toEqual({ ...before, seconds: 0 });
    expect(report).toMatchObject({ fakes: 100, reals: 100, floorReals: 100, step: 20 });
    expect(await readdir(join(dir, 'cache', 'features'))).toHaveLength(1);
  });

  it('trains a classifier of labelled data, and takes what metrics it is asked for', async () => {
    const args = [run, '--data', folder, '--count', '60', '--metrics', 'recall,frechetDistance'];
    const { code, stdout, stderr } = await evaluate(...args);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/classifier of .*pictures: \d+ % trained/),
    ]);
    expect(stdout).toMatch(/^metric.*\nfrechetDistance .*\nrecall .*\n\n60 generated/);
    expect(stdout).toMatch(/\nextractor classifier-[0-9a-f]{16}: classifier of .* right\n$/);
    expect((await evaluate(...args)).stderr).not.toContain('% trained');
  });

  it('measures by features that need no labels where the pictures have none', async () => {
    const flat = join(dir, 'photos');
    await mkdir(flat, { recursive: true });
    for (let i = 0; i < 8; i += 1) {
      const create = {
        width: 28,
        height: 28,
        channels: 3,
        background: { r: 30 * i, g: 255 - 20 * i, b: 9 },
      } as const;
      await sharp({ create })
        .png()
        .toFile(join(flat, `${i}.png`));
    }
    const { code, stdout, stderr } = await evaluate(run, '--data', flat);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n100 generated and 8 real images of .*photos; real against real: 0;/);
    expect(stdout).toMatch(/\nextractor features-[0-9a-f]{16}: random filters at several scales/);
    expect(stderr).toContain('ganode: warning: 8 images are fewer than their 400 features');
    // A label for each picture, all of one class: still no classes to learn.
    const one = join(dir, 'one-class');
    await mkdir(one, { recursive: true });
    await rename(flat, join(one, 'only'));
    const again = await evaluate(run, '--data', one, '--metrics', 'frechetDistance', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({
      extractor: { id: expect.stringMatching(/^features-/) },
      warnings: expect.arrayContaining([
        'features without a classifier, which would need two classes or more but received 1',
      ]),
    });
    await rm(one, { recursive: true });
  });

  it('measures points by their modes, and draws them', async () => {
    const out = join(dir, 'ring');
    const made = await program(`
      const point = g.flatten(g.input('image', { shape: [2, 1, 1] }));
      const points = g.reshape(g.dense(z, { units: 2 }), { shape: [2, 1, 1] });
      const models = { generator: g.graph({ image: points }), discriminator: g.graph({ logits: g.dense(point, { units: 1 }) }) };
      const trainer = await Trainer.create({
        recipe: { ...recipe, models, duration: { images: 16 } }, data: 'ring', out: ${JSON.stringify(out)},
      });
      for await (const event of trainer.train());
      await trainer.dispose();`);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const png = join(dir, 'ring.png');
    const { code, stdout } = await evaluate(out, '--scatter', png);
    expect(code).toBe(0);
    const rows = ['modes +\\d +8 +higher', 'highQuality .*', 'reverseKl .*'].join('\\n');
    expect(stdout).toMatch(new RegExp(`\\n${rows}\\n\\n2,500 generated and 2,500 real`));
    expect(await sharp(png).metadata()).toMatchObject({ width: 480, height: 480 });
    const taken = `ganode: ${png} is there already; --force overwrites it\n`;
    expect(await evaluate(out, '--scatter', png)).toMatchObject({ code: 2, stderr: taken });
    await refused(2, /none, as points of ring have no features/, out, '--extractor', pooled);
  });
});

describe('ganode evaluate refuses', () => {
  it('options that are not right', async () => {
    await refused(
      2,
      /'--count <n>' argument '1' is invalid. expected a whole number from 2/,
      run,
      '--count',
      '1',
    );
    await refused(
      2,
      /more images than the 5 neighbours of density/,
      run,
      '--count',
      '4',
      '--metrics',
      'density',
    );
    const unknown = /Unknown metric "frechetDistanse"; did you mean "frechetDistance"\?/;
    await refused(2, unknown, run, '--metrics', 'frechetDistanse');
    await refused(
      2,
      /Expected ring or grid for --scatter.* but the data is mnist/,
      run,
      '--scatter',
      join(dir, 'x.png'),
    );
    await refused(5, /could not read \/nowhere: no such file or folder/, '/nowhere');
  });

  it('files that are no extractor', async () => {
    const text = join(dir, 'text.pt');
    await writeFile(text, 'no module');
    await refused(3, /text\.pt: expected a TorchScript file/, run, '--extractor', text);
    await refused(
      5,
      /could not read \/nowhere\.pt: no such file or folder/,
      run,
      '--extractor',
      '/nowhere.pt',
    );
  });

  it('data without labels for the classifier, of too few images, or of other channels', async () => {
    const flat = join(dir, 'flat');
    await mkdir(flat);
    for (let i = 0; i < 4; i += 1) {
      const create = {
        width: 28,
        height: 28,
        channels: 3,
        background: { r: i, g: 1, b: 1 },
      } as const;
      await sharp({ create })
        .png()
        .toFile(join(flat, `${i}.png`));
    }
    const few = ['--data', flat, '--count', '10'];
    await refused(
      3,
      /expected 6 images or more, as its neighbours ask for, but received 4/,
      run,
      ...few,
      '--metrics',
      'coverage',
    );
    await refused(
      3,
      /expected labelled images, to train a classifier/,
      run,
      ...few,
      '--extractor',
      'train',
    );
    await refused(3, /expected 1 channels but its images have 2/, run, '--data', 'ring');
    await refused(3, /Unknown data source "minst".*did you mean "mnist"/, run, '--data', 'minst');
  });

  it('a run that does not tell its data', async () => {
    const alone = join(dir, 'alone', 'checkpoints');
    await mkdir(alone, { recursive: true });
    const name = 'step-000020.safetensors';
    await writeFile(join(alone, name), await readFile(join(run, 'checkpoints', name)));
    const message = /Expected --data SOURCE, as .*alone has no config\.json that names its data/;
    await refused(2, message, join(dir, 'alone'));
    await rm(join(dir, 'alone'), { recursive: true });
  });

  it('and is among the commands', async () => {
    expect((await ganode('--help')).stdout).toMatch(/^ {2}evaluate .*measure generated/m);
  });
});
