import { describe, expect, it } from 'vitest';
import { ArrayDataset } from '../../../lib/data/dataset.js';
import { differences, identify } from '../../../lib/data/identity.js';

const shape = { channels: 1, height: 4, width: 4 };

interface Changes {
  length?: number;
  brightness?: number;
  labels?: number[];
  classes?: string[];
  name?: string;
}

function data({ length = 6, brightness = 0, ...rest }: Changes = {}): ArrayDataset {
  return new ArrayDataset({
    name: 'pets',
    images: Uint8Array.from({ length: length * 16 }, (_, i) => (i + brightness) % 256),
    shape,
    labels: Array.from({ length }, (_, i) => i % 2),
    classes: ['cats', 'dogs'],
    ...rest,
  });
}

async function between(changes: Changes, labelled = true): Promise<string[]> {
  return differences(await identify(data()), await identify(data(changes)), labelled);
}

describe('what tells data apart', () => {
  it('is not its name', async () => {
    expect(await between({})).toEqual([]);
    expect(await between({ name: 'elsewhere' })).toEqual([]);
  });

  it('is the number of images, their values, their labels and the names of the classes', async () => {
    expect(await between({ length: 8 })).toEqual(['6 images then, 8 now']);
    const others = 'other pictures, or the same in another order, size or fit';
    expect(await between({ brightness: 1 })).toEqual([others]);
    expect(await between({ labels: [1, 0, 1, 0, 1, 0] })).toEqual(['other labels of the images']);
    const renamed = 'class 0 was "cats" and is "birds"';
    expect(await between({ classes: ['birds', 'dogs'] })).toEqual([renamed]);
    const more = '2 classes then, 3 now';
    expect(await between({ classes: ['cats', 'dogs', 'owls'] })).toEqual([more]);
    expect(await between({ length: 7, classes: ['dogs', 'cats'] })).toEqual([
      '6 images then, 7 now',
      'class 0 was "cats" and is "dogs"',
    ]);
  });

  it('is not in labels that nobody looks at', async () => {
    expect(await between({ classes: ['dogs', 'cats'] }, false)).toEqual([]);
    expect(await between({ labels: [1, 0, 1, 0, 1, 0] }, false)).toEqual([]);
  });

  it('is what an old checkpoint knew, for one of those', async () => {
    const now = await identify(data());
    expect(differences({ name: 'x', length: 6, dtype: 'uint8' }, now, true)).toEqual([]);
    expect(differences({ name: 'x', length: 5 }, now, true)).toEqual(['5 images then, 6 now']);
    const float = { name: 'x', length: 6, dtype: 'float32' } as const;
    expect(differences(float, now, true)).toEqual(['values of float32 then, uint8 now']);
  });
});
