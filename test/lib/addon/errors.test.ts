/** What the addon makes of errors. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chdir, cwd } from 'node:process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dense, graph, input } from '../../../lib/graph/index.js';
import { native } from '../../../lib/native.js';
import { network } from '../../helpers/network.js';
import { temporaryDir } from '../../helpers/tiny.js';

const spec = graph({ image: dense(input('z', { shape: [6] }), { units: 4 }) });

describe('an error of the native side', () => {
  it('about memory has a code of its own, and says how much was asked for', async () => {
    const made = await network(spec);
    await expect(made.drawLatents({ count: 1e12 })).rejects.toMatchObject({
      code: 'MEMORY',
      details: { bytes: expect.any(Number) },
      message:
        /^out of memory: 24 TB were asked for at once; .* a smaller batch or count takes less$/,
    });
    // The network goes on.
    expect(await made.drawLatents({ count: 2 })).toHaveLength(12);
  });

  it('keeps a path of digits as text', async () => {
    const dir = await temporaryDir();
    await writeFile(join(dir, '123'), 'no checkpoint');
    const before = cwd();
    chdir(dir);
    onTestFinished(() => chdir(before));
    await expect(native().inspectCheckpoint('123')).rejects.toMatchObject({
      details: { path: '123' },
    });
  });

  it('tells what came in words', async () => {
    const made = await network(spec);
    const draw = (count: unknown): Promise<unknown> => made.drawLatents({ count: count as number });
    await expect(draw({})).rejects.toThrow(/received an object$/);
    await expect(draw([1])).rejects.toThrow(/received a list of 1$/);
    await expect(draw(() => 1)).rejects.toThrow(/received a function$/);
    await expect(draw(Symbol('x'))).rejects.toThrow(/received a symbol$/);
    await expect(draw(new Float32Array(3))).rejects.toThrow(/received Float32Array of 3 values$/);
  });
});
