/** Some images of a dataset. */
import type { Pixels } from '../image/pixels.js';
import type { Dataset } from './dataset.js';
import { DerivedDataset } from './derived.js';

/** The images at `members`, in that order; nothing is copied but their labels. */
export class Subset extends DerivedDataset {
  constructor(
    source: Dataset,
    private readonly members: Uint32Array,
  ) {
    const { labels } = source;
    super(source, {
      length: members.length,
      ...(labels && {
        labels: Int32Array.from(members, (member) => labels[member] as number),
      }),
    });
  }

  override read(indices: Uint32Array, target: Pixels): void | Promise<void> {
    return this.source.read(
      indices.map((index) => this.members[index] as number),
      target,
    );
  }
}
