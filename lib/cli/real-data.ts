/** The real images that a command looks at, where it is given a run. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Dataset } from '../data/dataset.js';
import { absoluteSource, openDataset, pathOf, type SourceOptions } from '../data/source.js';
import { isMissingPart, type Split } from '../data/split.js';
import { cut, GanodeError } from '../errors.js';
import type { Recipe } from '../recipes/schema.js';
import { readRunConfig } from '../train/run-config.js';
import { defined } from './parse.js';

/** What was opened of a run: a generator or an autoencoder. */
interface Opened {
  checkpoint: string;
  recipe: Recipe;
}

export interface Source {
  source: string;
  options: SourceOptions;
}

/** The source that was asked for, or the run's own. Throws `INVALID_OPTION` where there is neither, `INVALID_DATA` where it is gone. */
export async function sourceOf({ checkpoint }: Opened, asked: string | undefined): Promise<Source> {
  const run = dirname(dirname(checkpoint));
  const own = await ownSource(run);
  if (asked !== undefined) return { source: asked, options: optionsFor(asked, own) };
  if (!own) {
    const message = `Expected --data SOURCE, as ${run} has no config.json that names its data`;
    throw new GanodeError('INVALID_OPTION', message);
  }
  await requireThere(own, run);
  return own;
}

/** What a run was trained on, where it has a config.json that tells. */
export async function ownSource(run: string): Promise<Source | undefined> {
  try {
    const { data } = await readRunConfig(run);
    return data && { source: data.source, options: data.options ?? {} };
  } catch (error) {
    if (error instanceof GanodeError && error.code === 'IO') return undefined;
    throw error;
  }
}

/** Characters of a path in the message: no path that exists on Linux has more than 4,096, and hardly any more than these. */
const mostOfPath = 300;

/** Throws `INVALID_DATA` where a run's data is no longer where it was. */
export async function requireThere({ source }: Source, run: string): Promise<void> {
  const path = pathOf(source);
  if (path === undefined || (await stat(path).catch(() => undefined))) return;
  throw new GanodeError(
    'INVALID_DATA',
    `${run}: was trained on ${cut(path, mostOfPath)}, which is not there any more; --data SOURCE says where it is now`,
    { details: { path } },
  );
}

/** How other data than a run's own is opened: pictures are fitted as the run's were; which part and which labels is of that data alone. */
function optionsFor(asked: string, own: Source | undefined): SourceOptions {
  if (!own) return {};
  if (absoluteSource(asked) === absoluteSource(own.source)) return own.options;
  const { image, fit, background, onBroken, memoryLimit } = own.options;
  return defined({ image, fit, background, onBroken, memoryLimit });
}

/** The part of a source that training left out: its test part, where it has one and was not trained on that. */
export async function openHeldOut(
  { source, options }: Source,
  image: Recipe['image'],
): Promise<Dataset | undefined> {
  if (options.split === 'test') return undefined;
  try {
    const others = await openDataset(source, { ...options, image, split: 'test' });
    // A file that is one part of its data is that part, whatever is asked for.
    return others.split === 'test' ? others : undefined;
  } catch (error) {
    if (isMissingPart(error)) return undefined;
    throw error;
  }
}

/** Real images in the size of the recipe's: of the named part, or those that were not trained on. */
export async function openImages(
  opened: Opened,
  { data, split }: { data?: string; split?: Split },
): Promise<Dataset> {
  const found = await sourceOf(opened, data);
  const { image } = opened.recipe;
  const options = { ...found.options, image, ...(split && { split }) };
  const others = split ? undefined : await openHeldOut(found, image);
  return others ?? openDataset(found.source, options);
}
