/** Pictures with transparent parts, from files to generated files. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { Generator } from '../../../lib/sample/generator.js';
import { Trainer } from '../../../lib/train/trainer.js';
import { fill, png } from '../../helpers/pictures.js';
import { temporaryDir } from '../../helpers/tiny.js';

it('keeps alpha from training to PNGs, grids and animations', async () => {
  const dir = await temporaryDir();
  for (let i = 0; i < 8; i += 1) {
    const pixels = Array.from({ length: 32 * 32 }, (_, at) => [
      i * 30,
      at % 256,
      90,
      at < 512 ? 0 : 200,
    ]);
    await fill(dir, { [`data/${i}.png`]: await png(pixels.flat(), 32, 32) });
  }
  const out = join(dir, 'run');
  await using trainer = await Trainer.create({
    recipe: {
      recipe: 'dcgan',
      model: { width: 4 },
      batch: 4,
      duration: { images: 8 },
      augment: { kind: 'diffAugment' },
      threads: 1,
    },
    data: join(dir, 'data'),
    dataOptions: { image: { channels: 4, height: 32, width: 32 } },
    out,
  });
  expect(trainer.recipe.image).toEqual({ channels: 4, height: 32, width: 32 });
  for await (const event of trainer.train()) {
    if (event.type === 'warning') expect(event.message).not.toMatch(/transparent/);
  }
  const [samples = ''] = await readdir(join(out, 'samples'));
  expect(await sharp(join(out, 'samples', samples)).metadata()).toMatchObject({ channels: 4 });

  await using generator = await Generator.load(out);
  const images = await generator.sample(2, { seed: 1 });
  expect(images.shape).toEqual([2, 4, 32, 32]);
  const [first = ''] = await images.toPngs(join(dir, 'png'));
  const read = await sharp(first).raw().toBuffer({ resolveWithObject: true });
  expect(read.info.channels).toBe(4);
  const plane = 32 * 32;
  const pixel = [0, 1, 2, 3].map((channel) => images.data[channel * plane + 77]);
  expect([...read.data.subarray(4 * 77, 4 * 78)]).toEqual(pixel);
  await images.toAnimation(join(dir, 'a.webp'));
  expect(await sharp(join(dir, 'a.webp')).metadata()).toMatchObject({
    hasAlpha: true,
    channels: 4,
  });
});

it('refuses transforms of colour before training begins', async () => {
  const dir = await temporaryDir();
  await fill(dir, {
    'a.png': await png([1, 2, 3, 4], 1, 1),
    'b.png': await png([1, 2, 3, 4], 1, 1),
  });
  await expect(
    Trainer.create({
      recipe: { recipe: 'dcgan', model: { width: 4 }, batch: 2, augment: { kind: 'ada' } },
      data: dir,
      dataOptions: { image: { channels: 4, height: 32, width: 32 } },
      out: join(dir, 'run'),
    }),
  ).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringMatching(
      /^augment\.pipeline: expected transforms of shape only \(such as bg\), as images of 4 channels are neither grey nor RGB, .*"bgc"/,
    ),
  });
});
