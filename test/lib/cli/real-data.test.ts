import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openHeldOut } from '../../../lib/cli/real-data.js';
import { picture } from '../../helpers/pictures.js';
import { temporaryDir } from '../../helpers/tiny.js';

const image = { channels: 3, height: 4, width: 4 };

it('held-out data is the test part, where there is one that was not trained on', async () => {
  const dir = await temporaryDir();
  const data = join(dir, 'parts');
  await picture(join(data, 'train', 'a.png'));
  const found = { source: data, options: {} };
  expect(await openHeldOut(found, image)).toBeUndefined();
  for (const name of ['b', 'c']) await picture(join(data, 'test', `${name}.png`));
  expect(await openHeldOut(found, image)).toMatchObject({ length: 2, split: 'test', shape: image });
  const trained = { source: data, options: { split: 'test' } } as const;
  expect(await openHeldOut(trained, image)).toBeUndefined();
  await picture(join(dir, 'flat', 'a.png'));
  expect(await openHeldOut({ source: join(dir, 'flat'), options: {} }, image)).toBeUndefined();
  await expect(openHeldOut({ source: join(dir, 'none'), options: {} }, image)).rejects.toThrow(
    /no folder is there/,
  );
});
