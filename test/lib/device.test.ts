/** Names of devices, and what they mean where no GPU answers. */
import { describe, expect, it } from 'vitest';
import { isDeviceName, settled } from '../../lib/device.js';
import { native } from '../../lib/native.js';
import { resolveRecipe } from '../../lib/recipes/resolve.js';
import { tinyRecipe } from '../helpers/tiny.js';
import { train } from './train/training.js';

const image = { channels: 1, height: 28, width: 28 };

describe('a device', () => {
  it('is the CPU, a GPU by its number, or whatever there is', () => {
    for (const name of ['cpu', 'cuda', 'cuda:0', 'cuda:12', 'auto']) {
      expect(isDeviceName(name), name).toBe(true);
      expect(resolveRecipe({ recipe: 'dcgan', device: name }, { image }).device).toBe(name);
    }
    for (const name of ['gpu', 'cuda:', 'cuda:-1', 'cuda:1x', 'CPU', '', 1, null]) {
      expect(isDeviceName(name), String(name)).toBe(false);
      expect(() => resolveRecipe({ recipe: 'dcgan', device: name as 'cpu' }, { image })).toThrow(
        `device: expected cpu, cuda, cuda:1 (a GPU by its number) or auto but received ${JSON.stringify(name)}`,
      );
    }
  });

  it('is by default a GPU where one answers', async () => {
    expect(resolveRecipe({ recipe: 'dcgan' }, { image }).device).toBe('auto');
    const there = native().info().cuda.available ? 'cuda' : 'cpu';
    expect(settled('auto')).toBe(there);
    const [start] = await train({ recipe: tinyRecipe({ device: 'auto' }) });
    expect(start).toMatchObject({ type: 'start', device: there });
  });

  it.skipIf(native().info().cuda.available)(
    'that is not there is an error of its own',
    async () => {
      for (const device of ['cuda', 'cuda:1'] as const) {
        await expect(train({ recipe: tinyRecipe({ device }) })).rejects.toMatchObject({
          code: 'DEVICE',
          message: expect.stringContaining(`device '${device}': `),
        });
      }
    },
  );
});
