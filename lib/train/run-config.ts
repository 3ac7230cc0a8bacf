/** config.json of a run. */
import { join } from 'node:path';
import { z } from 'zod';
import type { Fit } from '../data/fit.js';
import type { SourceOptions } from '../data/source.js';
import type { Split } from '../data/split.js';
import { GanodeError } from '../errors.js';
import { readJson } from '../files/read.js';
import { validate } from '../recipes/resolve.js';
import type { ImageShape, Recipe } from '../recipes/schema.js';

/** config.json: what a run was made from, whole. */
export interface RunConfig {
  recipe: Recipe;
  /** Source and options of the data, where they can be written down. */
  data?: { source: string; options?: SourceOptions };
  /** The checkpoint whose weights training began with. */
  transfer?: string;
  /** What the data turned out to be; `classes` is their number, `fit` there where pictures of other proportions were fitted. */
  dataset: {
    name: string;
    length: number;
    shape: ImageShape;
    classes?: number;
    split?: Split;
    fit?: Fit;
  };
  versions: Record<string, string>;
}

/** What is looked at here of a config; a recipe is looked at where it is resolved, options where data is opened. */
const outline = z.looseObject({
  data: z
    .object({ source: z.string(), options: z.record(z.string(), z.unknown()).optional() })
    .optional(),
  transfer: z.string().optional(),
});

/**
 * The object in a JSON file: a run's config.json, or a recipe of one's own. Its `data` and `transfer`, where there are any, are of the
 * right types.
 *
 * @throws GanodeError `IO`; `INVALID_OPTION` with the path of the file and the field.
 */
export async function readConfigFile(path: string): Promise<Record<string, unknown>> {
  const value = await readJson(path);
  try {
    return validate(outline, value);
  } catch (error) {
    if (!(error instanceof GanodeError)) throw error;
    const { message, code, details } = error;
    const field =
      details['path'] === ''
        ? message.replace(/^recipe: expected object/, 'expected a JSON object')
        : message;
    throw new GanodeError(code, `${path}: ${field}`, { cause: error, details: { path } });
  }
}

/** The config.json of a run directory. Throws as `readConfigFile`. */
export async function readRunConfig(dir: string): Promise<RunConfig> {
  return (await readConfigFile(join(dir, 'config.json'))) as unknown as RunConfig;
}
