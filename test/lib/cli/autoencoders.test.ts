/** Autoencoders by the command line: training, going on, codes, reconstructions, ways between real images, evaluation. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { parseNpy } from '../../../lib/image/npy.js';
import { ganode } from '../../helpers/child.js';
import { sharedRun } from '../../helpers/run.js';
import { temporaryDir } from '../../helpers/tiny.js';

const onTest = ['--data', 'mnist', '--split', 'test', '--threads', '1', '--batch', '16'];
const sizes = {
  vae: ['model.units=8', 'model.latentSize=3'],
  'vae-gan': ['model.width=2', 'model.latentSize=3', 'model.kernel=4'],
  aae: ['model.units=8', 'model.latentSize=3'],
  avb: [
    'model.units=8',
    'model.latentSize=3',
    'model.decoderUnits=8',
    'model.discriminatorUnits=4',
  ],
};
const narrow = (recipe: keyof typeof sizes): string[] => [
  '--recipe',
  recipe,
  ...sizes[recipe].flatMap((setting) => ['--set', setting]),
];
const clean = { code: 0, signal: null, stderr: '' };

const { run: gan } = sharedRun();

describe.each(Object.keys(sizes) as (keyof typeof sizes)[])('%s', (recipe) => {
  it('trains, goes on, and is used', async () => {
    const dir = await temporaryDir();
    const run = join(dir, 'run');
    const trained = await ganode(
      'train',
      ...narrow(recipe),
      ...onTest,
      '--out',
      run,
      '--images',
      '320',
    );
    expect(trained).toMatchObject(clean);
    const numbers = {
      vae: 'ELBO .+ rec .+ KL',
      'vae-gan': 'ELBO .+ rec .+ KL .+ D .+ G',
      aae: 'rec .+ D .+ E',
      avb: 'ELBO .+ rec .+ KL .+ D',
    };
    expect(trained.stdout).toMatch(
      new RegExp(`^step 20/20 .* \\| ${numbers[recipe]} [-\\d.]+ \\|`, 'm'),
    );
    expect(await ganode('train', '--resume', run, '--images', '480')).toMatchObject(clean);
    const lines = (await readFile(join(run, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    const last = JSON.parse(lines.at(-1) as string);
    expect(last).toMatchObject({
      step: 30,
      reconstruction: expect.any(Number),
      encoderGradientNorm: expect.any(Number),
    });
    expect((await ganode('info', run)).stdout).toMatch(
      /^encoder +[\d,]+ parameters, (adagrad|rmsprop|adam)/m,
    );

    const grid = join(dir, 'grid.png');
    const made = await ganode(
      'reconstruct',
      run,
      '--split',
      'test',
      '--count',
      '20',
      '--grid',
      grid,
    );
    expect(made).toMatchObject(clean);
    expect(made.stdout).toMatch(
      /^.*grid\.png\n20 images of mnist.*: .*reconstruction [\d.]+.* nats an image; squared error [\d.]+\n$/,
    );
    // Two rows of 16, each above its reconstructions.
    expect(await sharp(grid).metadata()).toMatchObject({ width: 16 * 30 - 2, height: 4 * 30 - 2 });

    const codes = join(dir, 'codes.npy');
    const encoded = await ganode('encode', run, '--out', codes, '--count', '50');
    expect(encoded).toMatchObject({ ...clean, stdout: `${codes}\n` });
    const array = parseNpy(await readFile(codes), codes);
    expect(array.shape).toEqual([50, 3]);
    expect(new Set(array.data).size).toBeGreaterThan(20);
    expect(await ganode('encode', run, '--out', codes)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `ganode: ${codes} is there already; --force overwrites it\n`,
    });

    const walk = join(dir, 'walk.webp');
    expect(
      await ganode('interpolate', run, '--real', '--frames', '6', '--keys', '2', '--out', walk),
    ).toMatchObject({ ...clean, stdout: `${walk}\n` });
    expect((await sharp(walk, { pages: -1 }).metadata()).width).toBe(28);
    const samples = join(dir, 'samples.png');
    expect(await ganode('generate', run, '--count', '4', '--grid', samples)).toMatchObject(clean);

    const metrics = recipe === 'aae' ? 'squaredError' : 'elbo,squaredError';
    const evaluated = await ganode(
      'evaluate',
      run,
      '--metrics',
      metrics,
      '--count',
      '200',
      '--json',
    );
    expect(evaluated.code).toBe(0);
    const report = JSON.parse(evaluated.stdout);
    expect(report.metrics.map(({ name }: { name: string }) => name)).toEqual(metrics.split(','));
    for (const { value } of report.metrics) expect(value).toSatisfy(Number.isFinite);
    expect(report.bound).toMatchObject({ images: 200, heldOut: false });
  });
});

describe('refusals', () => {
  it.each([
    [
      4,
      /expected an autoencoder, and its recipe has no encoder/,
      ['reconstruct', '--grid', 'x.png'],
    ],
    [4, /expected an autoencoder, and its recipe has no encoder/, ['encode', '--out', 'x.npy']],
    [
      4,
      /expected an autoencoder, and its recipe has no encoder/,
      ['interpolate', '--real', '--out', 'x.webp'],
    ],
    [2, /Expected an output: --grid FILE\.png or --npy FILE/, ['reconstruct']],
    [
      2,
      /a name that ends in \.npy for --out but received "codes\.txt"/,
      ['encode', '--out', 'codes.txt'],
    ],
    [2, /nothing without --real for --data/, ['interpolate', '--data', 'mnist', '--out', 'x.webp']],
    [
      2,
      /nothing with --real for --truncation/,
      ['interpolate', '--real', '--truncation', '0.5', '--out', 'x.webp'],
    ],
    [2, /Unknown metric "elbo"/, ['evaluate', '--metrics', 'elbo']],
  ])('%i %s', async (code, message, [command = '', ...args]) => {
    const result = await ganode(command, gan, ...args);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).toMatch(/^ganode: .*\n$/);
    expect(result).toMatchObject({ code, stdout: '' });
  });

  it.each([
    [/autoencoding\.beta: expected/, ['--recipe', 'vae', '--set', 'autoencoding.beta=-1']],
    [
      /penalties: expected \[\] with autoencoding/,
      ['--recipe', 'aae', '--set', 'penalties=[{"kind":"r1"}]'],
    ],
    [
      /models\.encoder: expected a network, as dcgan has none/,
      ['--set', 'autoencoding={"kind":"vae"}'],
    ],
  ])('train: %s', async (message, args) => {
    const out = join(await temporaryDir(), 'run');
    const result = await ganode('train', ...onTest, '--out', out, ...args);
    expect(result.stderr).toMatch(message);
    expect(result).toMatchObject({ code: 2, stdout: '' });
  });
});
