/** Images of numbers in training, and what comes of them: pictures, as of bytes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { ArrayDataset } from '../../../lib/data/dataset.js';
import { sequences } from '../../../lib/data/sequences.js';
import { dense, flatten, graph, input, reshape } from '../../../lib/graph/index.js';
import { parseNpy } from '../../../lib/image/npy.js';
import { Generator } from '../../../lib/sample/generator.js';
import { describe as inspect } from '../../../lib/train/inspect.js';
import { ganode } from '../../helpers/child.js';
import { temporaryDir, tinyRecipe } from '../../helpers/tiny.js';
import { train } from './training.js';

const [height, width] = [8, 4];
const images = Float32Array.from(
  { length: 40 * height * width },
  (_, i) => ((i * 7919) % 200) / 100 - 1,
);

/** Learning so fast, a generator with a linear output goes beyond -1 and 1. */
const optimizers = {
  generator: { kind: 'adam', learningRate: 0.5 },
  discriminator: { kind: 'adam', learningRate: 0.5 },
};

async function trained(kind: 'images' | 'sequences'): Promise<string> {
  const out = join(await temporaryDir(), 'run');
  const shape = [1, height, width] as const;
  const image = reshape(dense(input('z', { shape: [6] }), { units: height * width }), {
    shape: [...shape],
  });
  const models = {
    generator: graph({ image }),
    discriminator: graph({
      logits: dense(flatten(input('image', { shape: [...shape] })), { units: 1 }),
    }),
  };
  const data =
    kind === 'images'
      ? new ArrayDataset({ images, shape: { channels: 1, height, width }, kind })
      : sequences({ values: images, steps: height, features: width });
  await train({ recipe: tinyRecipe({ models, optimizers, duration: { images: 32 } }), data, out });
  return out;
}

describe('float images', () => {
  it('are drawn and written as pictures of the same bytes', async () => {
    const out = await trained('images');
    // A grid of 64 pictures, 2 pixels between: curves of so few features would be 96×64 each.
    const preview = await sharp(join(out, 'samples', '000004.png')).metadata();
    expect(preview).toMatchObject({ width: 8 * (width + 2) - 2, height: 8 * (height + 2) - 2 });
    expect((await inspect(out)).data).toMatchObject({ dtype: 'float32', kind: 'images' });

    const [png, grid, npy] = ['pngs', 'grid.png', 'a.npy'].map((name) => join(out, name)) as [
      string,
      string,
      string,
    ];
    const made = ['--count', '2', '--seed', '5'];
    expect(
      await ganode('generate', out, ...made, '--png', png, '--grid', grid, '--npy', npy),
    ).toMatchObject({ code: 0, stderr: '' });
    const { shape, data } = parseNpy(await readFile(npy), npy);
    expect(shape).toEqual([2, 1, height, width]);
    expect(data).toBeInstanceOf(Float32Array);
    const bytes = [...(data as Float32Array)].map((value) =>
      Math.min(255, Math.max(0, Math.round(Math.fround(Math.fround(value + 1) * 127.5)))),
    );
    // Some values lie beyond what a byte can be.
    expect((data as Float32Array).some((value) => Math.abs(value) > 1)).toBe(true);
    const first = await sharp(join(png, '000000.png')).toColourspace('b-w').raw().toBuffer();
    expect([...first]).toEqual(bytes.slice(0, height * width));
    expect(await sharp(grid).metadata()).toMatchObject({ width: 2 * width + 2, channels: 1 });
    await using generator = await Generator.load(out, { threads: 1 });
    expect(generator.kind).toBe('images');
  });

  it('are told from sequences of the same sides', async () => {
    const out = await trained('sequences');
    const preview = await sharp(join(out, 'samples', '000004.png')).metadata();
    expect(preview).toMatchObject({ width: 8 * 102 + 6 });
    expect((await inspect(out)).data).toMatchObject({ dtype: 'float32', kind: 'sequences' });
    expect(await ganode('generate', out, '--png', join(out, 'pngs'))).toMatchObject({ code: 2 });
  });
});
