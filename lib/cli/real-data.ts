/** The real images that a command looks at, where it is given a run. */
import { dirname } from 'node:path';
import type { Dataset } from '../data/dataset.js';
import { openDataset, type SourceOptions } from '../data/source.js';
import type { Split } from '../data/split.js';
import { GanodeError } from '../errors.js';
import type { Recipe } from '../recipes/schema.js';
import { readRunConfig } from '../train/run-directory.js';

/** What was opened of a run: a generator or an autoencoder. */
interface Opened {
  checkpoint: string;
  recipe: Recipe;
}

export interface Source {
  source: string;
  options: SourceOptions;
}

/** Sources of which a part is not trained on. */
const split = ['mnist', 'fashion-mnist', 'stacked-mnist', 'ring', 'grid'];

/** The source that was asked for, or the run's own. Throws `INVALID_OPTION` where there is neither. */
export async function sourceOf({ checkpoint }: Opened, asked: string | undefined): Promise<Source> {
  const run = dirname(dirname(checkpoint));
  const own = await ownSource(run);
  const source = asked ?? own?.source;
  if (source === undefined) {
    const message = `Expected --data SOURCE, as ${run} has no config.json that names its data`;
    throw new GanodeError('INVALID_OPTION', message);
  }
  // The options of other data say nothing of this one.
  return { source, options: source === own?.source ? own.options : {} };
}

/** What a run was trained on, where it has a config.json that tells. */
async function ownSource(run: string): Promise<Source | undefined> {
  try {
    const { data } = await readRunConfig(run);
    return data && { source: data.source, options: data.options ?? {} };
  } catch (error) {
    if (error instanceof GanodeError && error.code === 'IO') return undefined;
    throw error;
  }
}

/** The part of a source that training left out: its test part, where it has one and was not trained on that. */
export function heldOut({ source, options }: Source): SourceOptions | undefined {
  const [name = ''] = source.split(':');
  if (!split.includes(name) || options.split === 'test') return undefined;
  return { ...options, split: 'test' };
}

/** Real images in the size of the recipe's: of the named part, or those that were not trained on. */
export async function openImages(
  opened: Opened,
  { data, split }: { data?: string; split?: Split },
): Promise<Dataset> {
  const found = await sourceOf(opened, data);
  const { image } = opened.recipe;
  const options = split ? { ...found.options, split } : (heldOut(found) ?? found.options);
  return openDataset(found.source, { ...options, image });
}
