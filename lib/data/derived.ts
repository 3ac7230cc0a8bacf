/** Datasets that are made of others. */
import type { Pixels } from '../image/pixels.js';
import type { ImageShape } from '../recipes/schema.js';
import type { Dataset } from './dataset.js';
import type { Fit } from './fit.js';
import type { DataKind } from './kind.js';
import type { Split } from './split.js';

/** All that a dataset says of itself. */
export type Facts = Omit<Dataset, 'read'>;

/** The compiler asks for every one of them, so that none is forgotten where datasets are made of others. */
const names: Readonly<Record<keyof Facts, true>> = {
  name: true,
  length: true,
  shape: true,
  dtype: true,
  kind: true,
  labels: true,
  classes: true,
  split: true,
  splits: true,
  fit: true,
  streamed: true,
  warnings: true,
};

/** A dataset that says what its source says, but for what is its own. It reads as the source does where it does not say how. */
export class DerivedDataset implements Dataset {
  declare readonly name: string;
  declare readonly length: number;
  declare readonly shape: ImageShape;
  declare readonly dtype: 'uint8' | 'float32';
  declare readonly kind?: DataKind;
  declare readonly labels?: Int32Array;
  declare readonly classes?: readonly string[];
  declare readonly split?: Split;
  declare readonly splits?: readonly Split[];
  declare readonly fit?: Fit;
  declare readonly streamed?: boolean;
  declare readonly warnings?: readonly string[];

  /** @param own Facts that differ from the source's. */
  constructor(
    protected readonly source: Dataset,
    own: Partial<Facts> = {},
  ) {
    for (const name of Object.keys(names) as (keyof Facts)[]) {
      // The list of warnings is the source's own, as it may grow.
      const fact = Object.hasOwn(own, name) ? own[name] : source[name];
      if (fact !== undefined) Object.assign(this, { [name]: fact });
    }
  }

  read(indices: Uint32Array, target: Pixels): void | Promise<void> {
    return this.source.read(indices, target);
  }
}

/** A dataset with one more line for the user, before those that it has. */
export function noted(source: Dataset, note: string): Dataset {
  return new DerivedDataset(source, { warnings: [note, ...(source.warnings ?? [])] });
}
