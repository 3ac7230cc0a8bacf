import { totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { wrap } from '../../lib/addon/wrap.js';
import { GanodeError } from '../../lib/errors.js';
import { allocate, asOutOfMemory, inBytes, memoryThere, requireMemory } from '../../lib/memory.js';

const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('memory', () => {
  it('is no more than the machine has', () => {
    expect(memoryThere()).toBeGreaterThan(2 ** 26);
    expect(memoryThere()).toBeLessThanOrEqual(totalmem());
  });

  it('is refused before it is allocated where it is plainly too much', () => {
    requireMemory(memoryThere(), 'all of it');
    const error = thrownBy(() => requireMemory(8e14, 'the images', 'fewer take less'));
    expect(error).toMatchObject({ code: 'MEMORY', details: { bytes: 8e14 } });
    expect((error as Error).message).toBe(
      `out of memory: the images take 800 TB, and there are ${inBytes(memoryThere())}; fewer take less`,
    );
    expect(thrownBy(() => allocate(Float32Array, 2e14, 'x'))).toMatchObject({
      code: 'MEMORY',
      details: { bytes: 8e14 },
    });
    expect(allocate(Float32Array, 3, 'x')).toEqual(new Float32Array(3));
  });

  it("is what V8's own errors are about, and others are not", () => {
    for (const work of [() => new Float64Array(2 ** 53 - 1), () => new ArrayBuffer(2 ** 52)]) {
      const error = asOutOfMemory(thrownBy(work));
      expect(error).toBeInstanceOf(GanodeError);
      expect(error).toMatchObject({ code: 'MEMORY', message: /^out of memory: .*; a smaller/ });
    }
    const other = thrownBy(() => (1).toFixed(101));
    expect(asOutOfMemory(other)).toBe(other);
  });

  it('is told in one line where the native side runs out of it', async () => {
    const native = wrap({
      run: () =>
        Promise.reject(
          Object.assign(new Error('out of memory: 8.6 GB were asked for at once'), {
            code: 'MEMORY',
            details: { bytes: 8.6e9 },
          }),
        ),
      copy: () => new ArrayBuffer(2 ** 52),
    });
    await expect(native.run()).rejects.toMatchObject({
      code: 'MEMORY',
      details: { bytes: 8.6e9 },
      message:
        /^out of memory: 8\.6 GB were asked for at once; this process may have [\d.]+ [GTM]B and holds [\d.]+ [GM]B; a smaller batch or count takes less$/,
    });
    expect(() => native.copy()).toThrow(expect.objectContaining({ code: 'MEMORY' }));
  });

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1500, '1.5 kB'],
    [8.64e9, '8.6 GB'],
    [25e9, '25 GB'],
    [1.2e12, '1.2 TB'],
  ])('of %d is %s', (bytes, text) => {
    expect(inBytes(bytes)).toBe(text);
  });
});
