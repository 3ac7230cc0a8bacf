/** From what a training is asked to be to its parts: data, recipe, networks, run directory. */

import { unlessAborted } from '../abort.js';
import type { Dataset } from '../data/dataset.js';
import { type DataIdentity, identify } from '../data/identity.js';
import { BatchLoader } from '../data/loader.js';
import { openDataset, type SourceOptions } from '../data/source.js';
import { type NativeSession, native } from '../native.js';
import { batchesPerStep } from '../recipes/procedure.js';
import { type RecipeConfig, resolveRecipe } from '../recipes/resolve.js';
import type { Recipe } from '../recipes/schema.js';
import { nativeRecipe } from '../recipes/written-down.js';
import { describeData, requireShape } from './data.js';
import type { TrainEvent } from './events.js';
import { requireStepMemory } from './memory.js';
import { type ProfileOptions, profileOptions } from './profile.js';
import { openResumed, type Resumed } from './resume.js';
import { RunDirectory } from './run-directory.js';
import { Timeline } from './timeline.js';
import { transferFrom } from './transfer.js';

export interface TrainerOptions {
  /** A recipe's name, or a config: a name and what differs from its defaults. Default `dcgan`. */
  recipe?: string | RecipeConfig;
  /** A dataset, or a source as the command line takes it: `mnist`, a folder, … */
  data: Dataset | string;
  /** How a source is opened. */
  dataOptions?: SourceOptions;
  /** Run directory; absent, nothing is written. */
  out?: string;
  /** Goes on from the latest checkpoint of `out`, or from the checkpoint or run that is named. */
  resume?: boolean | string;
  /**
   * Resumes though the data is not what the checkpoint was trained on: a folder that has grown, say. Weights, optimizers and the
   * count of steps go on; the order of the images is that of the new data. Default false: changed data is refused.
   */
  changedData?: boolean;
  /** Begins with the weights of another training that fit by name and shape: a checkpoint or a run. */
  transfer?: string;
  /** Records where the time of some steps of each `train()` goes: a `profile` event, and `profile.json` in `out`. */
  profile?: boolean | ProfileOptions;
  /** Gives up with `CANCELLED` while the data is looked at, also where its `read` never answers. */
  signal?: AbortSignal;
  /** Called with every event, before the loop sees it. */
  onEvent?: (event: TrainEvent) => void;
}

/** What a training works with. */
export interface TrainingParts {
  recipe: Recipe;
  dataset: Dataset;
  identity: DataIdentity;
  loader: BatchLoader;
  session: NativeSession;
  run: RunDirectory | undefined;
  resumed: Resumed | undefined;
  /** What did not fit of the weights that training begins with, a line for each kind. */
  transferred: readonly string[];
  profile: ProfileOptions | undefined;
  versions: Record<string, string>;
}

/** @throws GanodeError as `Trainer.create`. */
export async function assemble(options: TrainerOptions): Promise<TrainingParts> {
  const profile = profileOptions(options.profile);
  const { recipe: asked = {}, resume, out } = options;
  const config: RecipeConfig = typeof asked === 'string' ? { recipe: asked } : asked;
  const dataset =
    typeof options.data === 'object'
      ? options.data
      : await openDataset(options.data, options.dataOptions);
  const identity = await unlessAborted(identify(dataset), options.signal);
  const resumed = resume
    ? await openResumed(resume, out, {
        config,
        dataset,
        identity,
        changedData: options.changedData === true,
      })
    : undefined;
  const recipe =
    resumed?.recipe ??
    resolveRecipe(config, {
      image: dataset.shape,
      ...(dataset.classes && { classes: dataset.classes.length }),
    });
  if (!resumed) requireStepMemory(recipe);
  const session = resumed?.session ?? (await native().createSession(nativeRecipe(recipe)));
  try {
    requireShape(recipe, dataset);
    const transferred = await transferFrom(options, session);
    const loader = new BatchLoader(dataset, {
      batch: new Timeline(recipe).stages,
      batchesPerStep: batchesPerStep(recipe),
      seed: recipe.seed,
      flip: recipe.flip,
    });
    const { ganode, libtorchLoaded: libtorch } = native().info();
    const versions = { ganode, libtorch, node: process.version };
    const written = {
      recipe,
      ...describeData(options, dataset),
      ...(options.transfer && { transfer: options.transfer }),
      versions,
    };
    const run = out ? await RunDirectory.open(out, written, resumed) : undefined;
    return {
      recipe,
      dataset,
      identity,
      loader,
      session,
      run,
      resumed,
      transferred,
      profile,
      versions,
    };
  } catch (error) {
    await session.dispose();
    throw error;
  }
}
