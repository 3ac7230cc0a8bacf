/** Which arrays of an archive are images, and which their labels. */
import type { Split } from './split.js';

/** An array that an archive holds. */
export interface Listed {
  name: string;
  shape: readonly number[];
  /** NumPy's name of its type, or why it cannot be read. */
  descr?: string;
}

export interface Choice {
  images: string;
  labels?: string;
}

/** What to take: of an archive in parts, from each of them. */
export type Chosen = { parts: Map<Split, Choice> } | { whole: Choice };

/** Words for images, each with those for labels beside them; Keras writes x and y, MedMNIST images and labels. */
const imageWords = ['x', 'images', 'image', 'data', 'imgs'];
const labelWords = ['y', 'labels', 'label', 'targets', 'target'];
const partWords: Readonly<Record<Split, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['val', 'valid', 'validation'],
  test: ['test', 'testing'],
};

/**
 * Arrays by their usual names: `x_train`, `train_images`, … of archives in parts; `images`, `x`, `data`, … of others; the first
 * two that NumPy names itself, `arr_0` and `arr_1`, where the second holds a number an item; an array that is alone, whatever its
 * name. Undefined where none of this is there.
 */
export function chooseArrays(arrays: readonly Listed[]): Chosen | undefined {
  const find = (names: readonly string[]): string | undefined =>
    names
      .map((name) => arrays.find((array) => array.name.toLowerCase() === name)?.name)
      .find((name) => name !== undefined);
  const choice = (spell: (word: string) => string[]): Choice | undefined => {
    const images = find(imageWords.flatMap(spell));
    const labels = find(labelWords.flatMap(spell));
    return images === undefined ? undefined : { images, ...(labels !== undefined && { labels }) };
  };
  const parts = new Map<Split, Choice>();
  for (const [part, words] of Object.entries(partWords)) {
    const found = choice((word) => words.flatMap((part) => [`${word}_${part}`, `${part}_${word}`]));
    if (found) parts.set(part as Split, found);
  }
  if (parts.size > 0) return { parts };
  const whole = choice((word) => [word]) ?? numbered(arrays);
  if (whole) return { whole };
  const [only, ...others] = arrays;
  return only && others.length === 0 ? { whole: { images: only.name } } : undefined;
}

/** What `numpy.savez(file, images, labels)` names. */
function numbered(arrays: readonly Listed[]): Choice | undefined {
  const [first, second, ...others] = arrays;
  if (first?.name !== 'arr_0' || second?.name !== 'arr_1' || others.length > 0) return undefined;
  return isLabels(second, first.shape[0]) ? { images: 'arr_0', labels: 'arr_1' } : undefined;
}

/** Whether an array has one number for each of `count` items: N, or N×1. */
export function isLabels({ shape }: Pick<Listed, 'shape'>, count: number | undefined): boolean {
  return shape[0] === count && (shape.length === 1 || (shape.length === 2 && shape[1] === 1));
}
