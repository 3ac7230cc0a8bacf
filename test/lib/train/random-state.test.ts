import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Trainer } from '../../../lib/train/trainer.js';
import { rewrite, type Tensor } from '../../helpers/checkpoint.js';
import { temporaryDir, tinyData, tinyRecipe } from '../../helpers/tiny.js';

it('a random state that is none is refused, with the checksum right', async () => {
  const path = join(await temporaryDir(), 'step-000001.safetensors');
  const data = tinyData();
  {
    await using trainer = await Trainer.create({ recipe: tinyRecipe(), data });
    for await (const _ of trainer.train({ steps: 1 }));
    await trainer.save(path);
  }
  await rewrite(path, path, ({ tensors, data: bytes }) => {
    const [from, to] = (tensors['random'] as Tensor).data_offsets;
    bytes.fill(0xff, from, to);
  });
  await expect(Trainer.create({ recipe: {}, data, resume: path })).rejects.toMatchObject({
    code: 'CHECKPOINT_MISMATCH',
    message: `${path}: expected random to be the state of a generator`,
  });
});
