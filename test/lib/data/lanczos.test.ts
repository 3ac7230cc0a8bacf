import { describe, expect, it } from 'vitest';
import { frameFor } from '../../../lib/data/frame.js';
import { Lanczos } from '../../../lib/data/lanczos.js';

const source = Uint8Array.of(0, 255, 40, 200, 10, 20, 250, 90, 255, 0, 128, 64);
const from = { height: 3, width: 4 };

describe('Lanczos', () => {
  // Image.frombytes('L', (4, 3), source).convert('F').resize((width, height), Image.LANCZOS), Pillow 9.4.
  it.each([
    [
      { height: 5, width: 6 },
      [
        [-25.782, 160.725, 266.215, 38.245, 89.374, 236.842],
        [-42.088, 75.714, 192.146, 133.013, 135.996, 172.326],
        [15.636, -12.078, 57.755, 238.072, 184.817, 68.707],
        [199.202, 65.071, -6.07, 168.342, 144.029, 43.528],
        [309.453, 145.938, -9.174, 87.329, 100.535, 57.897],
      ],
    ],
    [
      { height: 2, width: 2 },
      [
        [80.444, 158.094],
        [96.289, 102.999],
      ],
    ],
  ])('agrees with Pillow at %o', (to, expected) => {
    const target = new Float32Array(to.height * to.width);
    new Lanczos(from, frameFor(from, to, 'stretch')).resize(source, target, to.width);
    expected.flat().forEach((value, i) => {
      expect(target[i]).toBeCloseTo(value, 2);
    });
  });

  it('rounds and clamps bytes', () => {
    const target = new Uint8ClampedArray(30);
    const to = { height: 5, width: 6 };
    new Lanczos(from, frameFor(from, to, 'stretch')).resize(source, target, 6);
    expect([...target.subarray(0, 6)]).toEqual([0, 161, 255, 38, 89, 237]);
  });

  it('leaves a plane of the same size as it is', () => {
    const target = new Float32Array(12);
    new Lanczos(from, frameFor(from, from, 'crop')).resize(source, target, 4);
    source.forEach((value, i) => {
      expect(target[i]).toBeCloseTo(value, 3);
    });
  });
});
