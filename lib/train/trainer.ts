import type { Dataset } from '../data/dataset.js';
import { BatchLoader } from '../data/loader.js';
import { openDataset, type SourceOptions } from '../data/source.js';
import { GanodeError } from '../errors.js';
import { Images } from '../image/images.js';
import { type NativeSession, native, type RunReport } from '../native.js';
import { type RecipeConfig, resolveRecipe } from '../recipes/resolve.js';
import type { Recipe } from '../recipes/schema.js';
import { checkpointMetadata, checkpointPath, publishCheckpoint } from './checkpoints.js';
import type { Position, ProgressEvent, TrainEvent } from './events.js';
import { ReportWindow } from './report-window.js';
import { openResumed } from './resume.js';
import { RunDirectory } from './run-directory.js';
import { Schedule } from './schedule.js';

export interface TrainerOptions {
  /** A recipe's name, or a config: a name and what differs from its defaults. Default `dcgan`. */
  recipe?: string | RecipeConfig;
  /** A dataset, or a source as the command line takes it: `mnist`, a folder, … */
  data: Dataset | string;
  /** How a source is opened. */
  dataOptions?: SourceOptions;
  /** Run directory; absent, nothing is written. */
  out?: string;
  /** Goes on from the latest checkpoint of `out`, or from the checkpoint that is named. */
  resume?: boolean | string;
  /** Called with every event, before the loop sees it. */
  onEvent?: (event: TrainEvent) => void;
}

export interface TrainOptions {
  /** Overrides the recipe's duration: passes over the data, from the very start. */
  epochs?: number;
  /** Overrides the recipe's duration: real images shown, from the very start. */
  images?: number;
  /** Stops after the step that is under way; a checkpoint is written. */
  signal?: AbortSignal;
}

/** A run of steps that was queued. */
interface Chunk {
  steps: number;
  report: Promise<RunReport>;
  /** Something is to be saved or sampled after it, before anything else may run. */
  barrier: boolean;
}

/** Bytes of real images in one queued run. */
const mostChunkBytes = 32 * 2 ** 20;
/** Runs queued at a time: one under way, one ready. */
const ahead = 2;

/**
 * Trains a GAN: reads data ahead, queues fused native steps, reports, samples and saves.
 *
 * ```ts
 * await using trainer = await Trainer.create({ recipe: 'dcgan', data: 'mnist', out: 'runs/a' });
 * for await (const event of trainer.train({ epochs: 1 })) console.log(event);
 * ```
 */
export class Trainer implements AsyncDisposable {
  /** Every progress event so far. */
  readonly history: ProgressEvent[] = [];
  private training = false;

  private constructor(
    /** The resolved recipe. */
    readonly recipe: Recipe,
    private readonly dataset: Dataset,
    private readonly loader: BatchLoader,
    private readonly session: NativeSession,
    private readonly run: RunDirectory | undefined,
    private readonly versions: Record<string, string>,
    private readonly onEvent: ((event: TrainEvent) => void) | undefined,
    private stepsDone: number,
    private readonly resumedFrom: string | undefined,
  ) {}

  /**
   * Opens the data, resolves the recipe, builds the networks and, where asked, the run directory.
   * @throws GanodeError `INVALID_OPTION`, `INVALID_GRAPH`, `INVALID_DATA`, `IO`, or a `CHECKPOINT_…` code.
   */
  static async create(options: TrainerOptions): Promise<Trainer> {
    const config =
      typeof options.recipe === 'string' ? { recipe: options.recipe } : (options.recipe ?? {});
    const dataset =
      typeof options.data === 'string'
        ? await openDataset(options.data, options.dataOptions)
        : options.data;
    const resumed = options.resume
      ? await openResumed(options.resume, options.out, config, dataset)
      : undefined;
    const recipe =
      resumed?.recipe ??
      resolveRecipe(config, {
        image: dataset.shape,
        ...(dataset.classes && { classes: dataset.classes.length }),
      });
    requireShape(recipe, dataset);
    const loader = new BatchLoader(dataset, {
      batch: recipe.batch,
      batchesPerStep: recipe.discriminatorSteps * recipe.accumulation,
      seed: recipe.seed,
      flip: recipe.flip,
    });
    const session = resumed?.session ?? (await native().createSession(JSON.stringify(recipe)));
    const info = native().info();
    const versions = { ganode: info.ganode, libtorch: info.libtorchLoaded, node: process.version };
    try {
      const data =
        typeof options.data === 'string'
          ? { source: options.data, ...withOptions(options.dataOptions) }
          : undefined;
      const run = options.out
        ? await RunDirectory.open(
            options.out,
            { recipe, ...(data && { data }), versions },
            resumed?.step,
          )
        : undefined;
      return new Trainer(
        recipe,
        dataset,
        loader,
        session,
        run,
        versions,
        options.onEvent,
        resumed?.step ?? 0,
        resumed?.path,
      );
    } catch (error) {
      await session.dispose();
      throw error;
    }
  }

  /** Steps done since the very start. */
  get step(): number {
    return this.stepsDone;
  }

  /**
   * Trains to the end of the recipe's duration (or of `epochs`, or `images`), and yields what happens. Leaving the loop stops
   * training after the step under way; calling it again goes on.
   *
   * @throws GanodeError `NON_FINITE` with the step, the term and the last checkpoint; `IO` where a file cannot be written.
   */
  async *train(options: TrainOptions = {}): AsyncGenerator<TrainEvent, void, void> {
    if (this.training) throw new GanodeError('INVALID_OPTION', 'Expected one train() at a time');
    const schedule = this.schedule(options);
    const window = new ReportWindow(schedule);
    const { signal } = options;
    const cancel = (): void => this.session.cancel();
    const queued: Chunk[] = [];
    let lastCheckpoint = this.resumedFrom;
    this.training = true;
    signal?.addEventListener('abort', cancel);
    try {
      yield this.emit(this.startEvent(schedule));
      for (const message of this.dataset.warnings ?? []) {
        yield this.emit({ type: 'warning', message, ...this.position(schedule) });
      }
      const feed = this.feed(schedule);
      while (this.stepsDone < schedule.totalSteps && !signal?.aborted) {
        while (queued.length < ahead && !queued.at(-1)?.barrier) {
          const chunk = await feed.next();
          if (chunk.done) break;
          queued.push(chunk.value);
        }
        const chunk = queued[0] as Chunk;
        const report = await chunk.report;
        queued.shift();
        this.stepsDone += report.completed;
        window.add(report);
        if (report.completed < chunk.steps) break;
        // Saving and sampling are queued before the next run, and finish while it is under way.
        const due = this.due(schedule);
        due.catch(() => undefined); // told where it is awaited
        if (schedule.isReport(this.stepsDone)) {
          const progress = window.close(this.stepsDone);
          this.history.push(progress);
          yield await this.record(progress);
        }
        if (schedule.endsEpoch(this.stepsDone)) {
          yield this.emit({ type: 'epoch', ...this.position(schedule) });
        }
        for (const event of await due) {
          if (event.type === 'checkpoint') lastCheckpoint = event.path;
          yield this.emit(event);
        }
      }
      const aborted = this.stepsDone < schedule.totalSteps;
      if (aborted) {
        await this.stop(queued);
        if (this.run) yield this.emit(await this.saveCheckpoint(this.position(schedule)));
      }
      const reason = aborted ? 'aborted' : 'completed';
      yield this.emit({ type: 'end', reason, ...this.position(schedule), ...window.total() });
    } catch (error) {
      throw explain(error, lastCheckpoint);
    } finally {
      signal?.removeEventListener('abort', cancel);
      await this.stop(queued);
      this.training = false;
    }
  }

  /** Samples the generator as it stands (its averaged weights, where it has them). */
  async sample(
    count: number,
    options: { seed?: number; truncation?: number; labels?: readonly number[] } = {},
  ): Promise<Images> {
    const { labels, ...rest } = options;
    const report = await this.session.sample({
      count,
      ...rest,
      ...(labels && { labels: Int32Array.from(labels) }),
    });
    return new Images(report.shape, report.data as Uint8Array);
  }

  /** Writes a checkpoint outside the run directory. */
  async save(path: string): Promise<void> {
    await this.session.save(path, this.metadata());
  }

  /** Stops training and frees native memory. */
  async dispose(): Promise<void> {
    await this.session.dispose();
    await this.run?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  private schedule({ epochs, images }: TrainOptions): Schedule {
    const duration =
      epochs !== undefined ? { epochs } : images !== undefined ? { images } : this.recipe.duration;
    return new Schedule({ ...this.recipe, duration }, this.loader.sampler.batchesPerEpoch);
  }

  /** Queued runs, one after the other; the data of the next is read while the last one is under way. */
  private async *feed(schedule: Schedule): AsyncGenerator<Chunk, void, void> {
    const bytesPerStep = schedule.imagesPerStep * this.bytesPerImage();
    const most = Math.max(1, Math.floor(mostChunkBytes / bytesPerStep));
    const prepare = (first: number) => {
      const steps = schedule.untilStop(first, most);
      const data = steps > 0 ? this.loader.load(first, steps) : undefined;
      data?.catch(() => undefined); // told where it is awaited
      return { first, steps, data };
    };
    for (let next = prepare(this.stepsDone); next.data; ) {
      const { first, steps, data } = next;
      const loaded = await data;
      const report = this.session.run({ steps, ...loaded });
      report.catch(() => undefined); // told where it is awaited
      const end = first + steps;
      next = prepare(end);
      const barrier = schedule.isCheckpoint(end) || schedule.isSamples(end);
      yield { steps, report, barrier };
    }
  }

  private bytesPerImage(): number {
    const { channels, height, width } = this.dataset.shape;
    return channels * height * width * (this.dataset.dtype === 'uint8' ? 1 : 4);
  }

  /** Starts what is due at this step. */
  private async due(schedule: Schedule): Promise<TrainEvent[]> {
    if (!this.run) return [];
    const position = this.position(schedule);
    const tasks: Promise<TrainEvent>[] = [];
    if (schedule.isSamples(position.step)) tasks.push(this.saveSamples(this.run, position));
    if (schedule.isCheckpoint(position.step)) tasks.push(this.saveCheckpoint(position));
    return Promise.all(tasks);
  }

  /** A grid from latents that are the same all through a run. */
  private async saveSamples(run: RunDirectory, position: Position): Promise<TrainEvent> {
    const { count } = this.recipe.samples;
    const label = this.recipe.models.generator.inputs['label'];
    const classes = label && 'classes' in label ? label.classes : 0;
    const images = await this.sample(count, {
      seed: this.recipe.seed,
      ...(classes > 0 && { labels: Array.from({ length: count }, (_, i) => i % classes) }),
    });
    return { type: 'samples', path: await run.addSamples(images, position), ...position };
  }

  private async saveCheckpoint(position: Position): Promise<TrainEvent> {
    const run = this.run as RunDirectory;
    const path = checkpointPath(run.path, position.step);
    const started = performance.now();
    const { bytes } = await this.session.save(path, this.metadata());
    await publishCheckpoint(run.path, path, this.recipe.checkpoint.keep);
    const seconds = (performance.now() - started) / 1000;
    return { type: 'checkpoint', path, bytes, seconds, ...position };
  }

  private metadata(): Record<string, string> {
    return checkpointMetadata(this.recipe, this.versions, this.dataset);
  }

  private position(schedule: Schedule): Position {
    const step = this.stepsDone;
    return { step, images: step * schedule.imagesPerStep, epoch: schedule.epoch(step) };
  }

  private startEvent(schedule: Schedule): TrainEvent {
    return {
      type: 'start',
      ...this.position(schedule),
      totalSteps: schedule.totalSteps,
      ...(this.resumedFrom && { resumedFrom: this.resumedFrom }),
    };
  }

  private emit(event: TrainEvent): TrainEvent {
    this.onEvent?.(event);
    return event;
  }

  private async record(event: TrainEvent): Promise<TrainEvent> {
    await this.run?.record(event);
    return this.emit(event);
  }

  /** Cancels what is queued and counts the steps that were done all the same. */
  private async stop(queued: Chunk[]): Promise<void> {
    if (queued.length === 0) return;
    this.session.cancel();
    for (const chunk of queued.splice(0)) {
      const report = await chunk.report.catch(() => undefined);
      this.stepsDone += report?.completed ?? 0;
    }
  }
}

function requireShape(recipe: Recipe, dataset: Dataset): void {
  const text = ({ channels, height, width }: Recipe['image']): string =>
    `${channels}×${height}×${width}`;
  if (text(recipe.image) === text(dataset.shape)) return;
  throw new GanodeError(
    'INVALID_DATA',
    `Expected images of ${text(recipe.image)} for the recipe but ${dataset.name} has ${text(dataset.shape)}`,
  );
}

function withOptions(options: SourceOptions | undefined): { options?: Record<string, unknown> } {
  return options ? { options: { ...options } } : {};
}

/** Adds to a non-finite stop which checkpoint is the last good one. */
function explain(error: unknown, lastCheckpoint: string | undefined): unknown {
  if (!(error instanceof GanodeError) || error.code !== 'NON_FINITE') return error;
  const advice = lastCheckpoint
    ? `the last good checkpoint is ${lastCheckpoint}`
    : 'no checkpoint was written before';
  return new GanodeError(
    'NON_FINITE',
    `${error.message}; ${advice}. A lower learning rate may help`,
    { details: { ...error.details, ...(lastCheckpoint && { lastCheckpoint }) } },
  );
}
