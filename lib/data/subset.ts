/** Some images of a dataset. */
import type { ImageShape } from '../recipes/schema.js';
import type { Dataset, Pixels } from './dataset.js';

/** The images at `members`, in that order; nothing is copied but their labels. */
export class Subset implements Dataset {
  readonly name: string;
  readonly length: number;
  readonly shape: ImageShape;
  readonly dtype: 'uint8' | 'float32';
  readonly labels?: Int32Array;
  readonly classes?: readonly string[];

  constructor(
    private readonly source: Dataset,
    private readonly members: Uint32Array,
  ) {
    const { name, shape, dtype, labels, classes } = source;
    this.name = name;
    this.length = members.length;
    this.shape = shape;
    this.dtype = dtype;
    if (labels) this.labels = Int32Array.from(members, (member) => labels[member] as number);
    if (classes) this.classes = classes;
  }

  read(indices: Uint32Array, target: Pixels): void | Promise<void> {
    return this.source.read(
      indices.map((index) => this.members[index] as number),
      target,
    );
  }
}
