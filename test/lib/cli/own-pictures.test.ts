/** A folder of one's own pictures: trained on, moved, changed, resumed from elsewhere, sampled by the names of its classes. */
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ganodeIn } from '../../helpers/child.js';
import { picture } from '../../helpers/pictures.js';

let dir: string;
let home: ReturnType<typeof ganodeIn>;
let elsewhere: ReturnType<typeof ganodeIn>;
const run = (): string => join(dir, 'home', 'runs', 'pets');
const clean = { code: 0, signal: null, stderr: '' };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ganode-'));
  home = ganodeIn(join(dir, 'home'));
  elsewhere = ganodeIn(join(dir, 'elsewhere'));
  await mkdir(join(dir, 'elsewhere'), { recursive: true });
  const pets = join(dir, 'home', 'pets');
  for (let i = 0; i < 16; i += 1) {
    const level = (i * 8).toString(16).padStart(2, '0');
    await picture(join(pets, 'cats', `${i}.png`), { height: 12, colour: `#ff${level}00` });
    await picture(join(pets, 'dogs', `${i}.png`), { colour: `#00${level}ff` });
  }
  const settings = ['--size', '8', '--batch', '8', '--images', '64', '--threads', '1'];
  const trained = await home(
    'train',
    '--recipe',
    'cgan',
    '--data',
    'pets',
    ...settings,
    '--out',
    'runs/pets',
  );
  expect(trained).toMatchObject(clean);
  expect(trained.stdout).toMatch(
    /^data pets: 32 images of 3×8×8, others cropped to their centre, 2 classes\nrecipe cgan: batches of 8, fp32, cpu, 1 thread\n/,
  );
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('a run', () => {
  it('remembers where its data is, from anywhere', async () => {
    const config = JSON.parse(await readFile(join(run(), 'config.json'), 'utf8'));
    expect(config.data.source).toBe(join(dir, 'home', 'pets'));
    expect(config.dataset).toMatchObject({ length: 32, classes: 2, fit: 'crop' });
    // A folder of that name lies there too, and is other data.
    await picture(join(dir, 'elsewhere', 'pets', 'birds', 'a.png'));
    const resumed = await elsewhere('train', '--resume', run(), '--images', '96');
    expect(resumed).toMatchObject(clean);
    expect(resumed.stdout).toContain('resumed from');
    const evaluated = await elsewhere('evaluate', run(), '--extractor', 'values', '--count', '8');
    expect(evaluated).toMatchObject({ code: 0 });
    expect(evaluated.stdout).toContain(join(dir, 'home', 'pets'));
  });

  it('knows its classes by name', async () => {
    expect((await elsewhere('info', run())).stdout).toMatch(/^classes +cats, dogs$/m);
    const grids = await Promise.all(
      ['dogs', '1'].map(async (labels) => {
        const grid = join(dir, `${labels}.png`);
        const asked = ['--labels', labels, '--count', '4', '--grid', grid];
        expect(await elsewhere('generate', run(), ...asked)).toMatchObject(clean);
        return sharp(grid).raw().toBuffer();
      }),
    );
    expect(grids[0]?.equals(grids[1] as Buffer)).toBe(true);
    const wrong = await elsewhere(
      'generate',
      run(),
      '--labels',
      'dog',
      '--grid',
      join(dir, 'x.png'),
    );
    expect(wrong).toMatchObject({
      code: 2,
      stderr:
        'ganode: Expected class indices from 0 to 1 or names (cats, dogs); did you mean "dogs"?, for labels but received "dog" of type string\n',
    });
  });

  it('names the setting that it cannot go on with', async () => {
    const set = ['--set', 'optimizers.generator.learningRate=1e-5', '--images', '128'];
    const refused = await elsewhere('train', '--resume', run(), ...set);
    expect(refused).toMatchObject({ code: 4 });
    expect(refused.stderr).toMatch(
      /a resumed run keeps its recipe; optimizers\.generator\.learningRate was \{.*\} and 0\.00001 was asked for\n$/,
    );
  });

  it('keeps its size', async () => {
    const refused = await elsewhere('train', '--resume', run(), '--size', '16', '--images', '128');
    expect(refused).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /Expected images of 3×8×8 for the recipe but .*pets has 3×16×16/,
      ),
    });
  });

  it('finds moved data by --data, and takes it as it did', async () => {
    const moved = join(dir, 'moved');
    await rename(join(dir, 'home', 'pets'), moved);
    const gone = await elsewhere('train', '--resume', run(), '--images', '128');
    expect(gone).toMatchObject({
      code: 3,
      stderr: `ganode: ${run()}: was trained on ${join(dir, 'home', 'pets')}, which is not there any more; --data SOURCE says where it is now\n`,
    });
    const found = await elsewhere(
      'train',
      '--resume',
      run(),
      '--data',
      '../moved',
      '--images',
      '128',
    );
    expect(found).toMatchObject(clean);
    expect(found.stdout).toContain('32 images of 3×8×8');
    const config = JSON.parse(await readFile(join(run(), 'config.json'), 'utf8'));
    expect(config.data).toMatchObject({
      source: moved,
      options: { image: { height: 8, width: 8 } },
    });
  });

  it('is not resumed with other data unless that is asked for', async () => {
    const moved = join(dir, 'moved');
    const resume = (...args: string[]) =>
      elsewhere('train', '--resume', run(), '--data', moved, '--images', '160', ...args);
    await rename(join(moved, 'dogs'), join(moved, 'wolves'));
    expect((await resume()).stderr).toMatch(
      /was trained on other data \(pets|moved\) than this \(.*moved\): class 1 was "dogs" and is "wolves"\. --changed-data/,
    );
    await rename(join(moved, 'wolves'), join(moved, 'dogs'));
    await picture(join(moved, 'cats', '3.png'), { colour: '#ffffff' });
    expect((await resume()).stderr).toMatch(/: other pictures, or the same in another order/);
    await picture(join(moved, 'cats', '99.png'), { colour: '#ffffff' });
    expect(await resume()).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('32 images then, 33 now'),
    });
    expect(await resume('--changed-data')).toMatchObject(clean);
    expect(await elsewhere('train', '--resume', run(), '--images', '192')).toMatchObject(clean);
    await picture(join(moved, 'owls', '1.png'));
    expect(await resume('--changed-data')).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(
        /has networks for 2 classes but .*moved has 3 classes; --transfer/,
      ),
    });
  });
});
