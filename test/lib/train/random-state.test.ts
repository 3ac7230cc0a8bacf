import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Trainer } from '../../../lib/train/trainer.js';
import { temporaryDir, tinyData, tinyRecipe } from '../../helpers/tiny.js';

const {
  repair,
  split,
  join: joined,
} = await import(new URL('../../fuzz/surfaces/checkpoint-file.mjs', import.meta.url).href);

it('a random state that is none is refused, with the checksum right', async () => {
  const path = join(await temporaryDir(), 'step-000001.safetensors');
  const data = tinyData();
  {
    await using trainer = await Trainer.create({ recipe: tinyRecipe(), data });
    for await (const _ of trainer.train({ steps: 1 }));
    await trainer.save(path);
  }
  const { header, data: tensors } = split(await readFile(path));
  const [from, to] = header.random.data_offsets;
  tensors.fill(0xff, from, to);
  await writeFile(path, repair(joined(JSON.stringify(header), tensors)));
  await expect(Trainer.create({ recipe: {}, data, resume: path })).rejects.toMatchObject({
    code: 'CHECKPOINT_MISMATCH',
    message: `${path}: expected random to be the state of a generator`,
  });
});
