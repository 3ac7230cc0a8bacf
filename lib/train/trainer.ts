import { type ClassLabel, classIndices } from '../data/classes.js';
import type { Dataset, Pixels } from '../data/dataset.js';
import type { BatchLoader } from '../data/loader.js';
import { readImages } from '../data/read-images.js';
import { GanodeError } from '../errors.js';
import { writingNatively } from '../files/temporary.js';
import { labelClasses } from '../graph/label-classes.js';
import { Images } from '../image/images.js';
import { requireMemory } from '../memory.js';
import type { NativeSession, SampleReport, SaveReport } from '../native.js';
import { ranges, requireInRange, requireRanges } from '../ranges.js';
import type { Recipe } from '../recipes/schema.js';
import { aboutTraining, threadsOf } from './about.js';
import { assemble, type TrainerOptions, type TrainingParts } from './assemble.js';
import { checkpointPath, publishCheckpoint } from './checkpoints.js';
import type { Position, ProgressEvent, TrainEvent, WarningEvent } from './events.js';
import { Feed } from './feed.js';
import { HealthMonitor } from './health.js';
import { checkpointMetadata } from './metadata.js';
import { type Samples, samplesPicture } from './picture.js';
import { Profiling } from './profiling.js';
import { ReportWindow } from './report-window.js';
import type { RunDirectory } from './run-directory.js';
import { type Length, Schedule, withLength } from './schedule.js';

/** How `sample` draws. */
export interface DrawOptions {
  /** 0 … 2^53 - 1, default 0. Equal seeds give equal latents. */
  seed?: number;
  /** ψ in (0, 1]. Default: no truncation. */
  truncation?: number;
  /** One class an image, by index or name, for a conditional generator. */
  labels?: readonly ClassLabel[];
}

/** `epochs`, `images` or `steps` override the recipe's duration; they count from the very start, not from where training stands. */
export interface TrainOptions extends Length {
  /** Stops after the step that is under way; a checkpoint is written. */
  signal?: AbortSignal;
}

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
  private feed: Feed | undefined;
  /** What is being saved or sampled; never rejects. */
  private pending: Promise<unknown> = Promise.resolve();
  private lastCheckpoint: string | undefined;
  /** The step of the last checkpoint. */
  private stepSaved: number;
  /** The resolved recipe. */
  readonly recipe: Recipe;
  private readonly dataset: Dataset;
  private readonly loader: BatchLoader;
  private readonly session: NativeSession;
  private readonly run: RunDirectory | undefined;
  private readonly health: HealthMonitor;
  /** Warnings that nobody was told yet. */
  private warnings: Pick<WarningEvent, 'kind' | 'message'>[] = [];
  private warned = 0;
  private disposed = false;
  private stepsDone: number;

  private constructor(
    private readonly parts: TrainingParts,
    private readonly onEvent: ((event: TrainEvent) => void) | undefined,
  ) {
    const { recipe, dataset, loader, session, run, resumed, transferred } = parts;
    this.recipe = recipe;
    this.dataset = dataset;
    this.loader = loader;
    this.session = session;
    this.run = run;
    this.stepsDone = resumed?.step ?? 0;
    this.stepSaved = this.stepsDone;
    this.lastCheckpoint = resumed?.path;
    this.health = new HealthMonitor(recipe);
    this.warnings = [
      ...(resumed?.warnings ?? []).map((message) => ({ kind: 'resume' as const, message })),
      ...transferred.map((message) => ({ kind: 'transfer' as const, message })),
    ];
  }

  /**
   * Opens the data, resolves the recipe, builds the networks and, where asked, the run directory.
   * @throws GanodeError `INVALID_OPTION`, `INVALID_GRAPH`, `INVALID_DATA`, `MEMORY`, `IO`, `CANCELLED`, or a `CHECKPOINT_…` code.
   */
  static async create(options: TrainerOptions): Promise<Trainer> {
    return new Trainer(await assemble(options), options.onEvent);
  }

  /** Steps done since the very start. */
  get step(): number {
    return this.stepsDone;
  }

  /**
   * Trains to the end of the recipe's duration (or of `epochs`, `images` or `steps`), and yields what happens. Leaving the loop
   * stops training after the step under way; calling it again goes on. Where anything but a step fails, what was trained is saved
   * as a checkpoint before the error is thrown, as far as that can be.
   *
   * @throws GanodeError `INVALID_OPTION`; `NON_FINITE` with the step, the term and the last checkpoint; `INVALID_DATA` where the
   *   data cannot be read; `IO` where a file cannot be written; `DISPOSED` after `dispose()`.
   */
  async *train(options: TrainOptions = {}): AsyncGenerator<TrainEvent, void, void> {
    if (this.feed) throw new GanodeError('INVALID_OPTION', 'Expected one train() at a time');
    if (this.disposed) throw new GanodeError('DISPOSED', 'the trainer was disposed of');
    const schedule = this.schedule(options);
    const window = new ReportWindow(schedule, this.stepsDone);
    const feed = new Feed(
      this.session,
      this.loader,
      schedule,
      schedule.mostImagesPerStep * this.bytesPerImage(),
      this.stepsDone,
    );
    const { signal } = options;
    const cancel = (): void => feed.cancel();
    this.feed = feed;
    signal?.addEventListener('abort', cancel);
    if (signal?.aborted) cancel();
    try {
      yield this.emit(this.startEvent(schedule));
      if (this.stepsDone < schedule.totalSteps) await this.run?.begin();
      const profiling = await this.startProfiling(schedule);
      while (this.stepsDone < schedule.totalSteps) {
        yield* this.newWarnings(schedule);
        await feed.fill();
        const taken = await feed.take();
        if (!taken) break;
        this.stepsDone += taken.report.completed;
        window.add(taken.report);
        if (!taken.whole) break;
        // Saving and sampling are queued before the next runs, and finish while those are under way.
        const due = this.due(schedule, feed);
        feed.fill();
        if (schedule.isReport(this.stepsDone)) yield await this.report(window);
        yield* this.profiled(profiling, schedule);
        if (schedule.endsEpoch(this.stepsDone)) {
          yield this.emit({ type: 'epoch', ...this.position(schedule) });
        }
        for (const event of await due) yield this.emit(event);
      }
      this.stepsDone += await feed.stop();
      yield* this.newWarnings(schedule);
      const aborted = this.stepsDone < schedule.totalSteps;
      yield* this.profiled(profiling, schedule, true);
      if (aborted && this.run && !this.disposed) {
        yield this.emit(await this.saveCheckpoint(this.run, this.position(schedule)));
      }
      const reason = aborted ? 'aborted' : 'completed';
      yield this.emit({ type: 'end', reason, ...this.position(schedule), ...window.total() });
    } catch (error) {
      this.stepsDone += await feed.stop();
      const saved = feed.isBroken ? undefined : await this.rescue(schedule);
      if (saved) yield this.emit(saved);
      throw explain(error, this.lastCheckpoint);
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.stepsDone += await feed.stop();
      await this.pending;
      this.feed = undefined;
    }
  }

  /** Samples the generator as it stands (its averaged weights, where it has them). */
  async sample(count: number, options: DrawOptions = {}): Promise<Images> {
    const { shape, data } = await this.draw(count, options, 'uint8');
    return new Images(shape, data as Uint8Array);
  }

  /** The same as the generator gives them: float32, count × the shape of its output. */
  async sampleRaw(
    count: number,
    options: DrawOptions = {},
  ): Promise<{ shape: number[]; data: Float32Array }> {
    const { shape, data } = await this.draw(count, options, 'float32');
    return { shape, data: data as Float32Array };
  }

  /** Writes a checkpoint outside the run directory. */
  async save(path: string): Promise<void> {
    await this.saveTo(path);
  }

  /** Stops training, without a checkpoint, and frees native memory. */
  async dispose(): Promise<void> {
    this.disposed = true;
    this.feed?.cancel();
    await this.session.dispose();
    await this.pending;
    await this.run?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  private async draw(
    count: number,
    { labels, ...rest }: DrawOptions,
    output: 'uint8' | 'float32',
  ): Promise<SampleReport> {
    requireInRange('count', count, ranges.images);
    requireRanges({ seed: rest.seed, truncation: rest.truncation });
    const { models } = this.recipe;
    const indices = classIndices(
      labels,
      count,
      labelClasses(models.generator),
      this.dataset.classes,
    );
    const { channels, height, width } = this.recipe.image;
    const bytes = count * channels * height * width * (output === 'uint8' ? 1 : 4);
    requireMemory(bytes, `${count} images of ${channels}×${height}×${width}`);
    return this.session.sample({ count, ...rest, ...(indices && { labels: indices }), output });
  }

  private schedule(length: Length): Schedule {
    return new Schedule(withLength(this.recipe, length), this.dataset.length);
  }

  private bytesPerImage(): number {
    const { channels, height, width } = this.dataset.shape;
    return channels * height * width * (this.dataset.dtype === 'uint8' ? 1 : 4);
  }

  /** Starts what is due at this step; it is queued natively when this returns. */
  private due(schedule: Schedule, feed: Feed): Promise<TrainEvent[]> {
    const { run } = this;
    if (!run || this.disposed) return Promise.resolve([]);
    const position = this.position(schedule);
    const tasks: Promise<TrainEvent | undefined>[] = [];
    if (schedule.isSamples(position.step)) tasks.push(this.saveSamples(run, position, feed));
    if (schedule.isCheckpoint(position.step)) tasks.push(this.saveCheckpoint(run, position));
    this.pending = Promise.allSettled(tasks);
    const all = Promise.all(tasks).then((events) => events.filter((event) => event !== undefined));
    all.catch(() => undefined); // told where it is awaited, unless the loop is left before
    return all;
  }

  /** A grid from latents that are the same all through a run; none where training is cancelled while it waits for data. */
  private async saveSamples(
    run: RunDirectory,
    position: Position,
    feed: Feed,
  ): Promise<TrainEvent | undefined> {
    const { seed, models, samples } = this.recipe;
    const classes = labelClasses(models.generator);
    const options = (count: number): DrawOptions => ({
      seed,
      ...(classes > 0 && { labels: Array.from({ length: count }, (_, i) => i % classes) }),
    });
    const draw: Samples = {
      bytes: (count) => this.draw(count, options(count), 'uint8'),
      raw: (count) => this.sampleRaw(count, options(count)),
      real: (count) => feed.unlessCancelled(this.firstImages(count)),
    };
    const picture = await samplesPicture(this.dataset, draw, samples.count);
    return (
      picture && { type: 'samples', path: await run.addSamples(picture, position), ...position }
    );
  }

  private async firstImages(count: number): Promise<Pixels> {
    const indices = Uint32Array.from({ length: count }, (_, i) => i);
    return (await readImages(this.dataset, indices)).data;
  }

  private async saveCheckpoint(run: RunDirectory, position: Position): Promise<TrainEvent> {
    const path = checkpointPath(run.path, position.step);
    const started = performance.now();
    const { bytes } = await this.saveTo(path);
    await publishCheckpoint(run.path, path, this.recipe.checkpoint.keep);
    this.lastCheckpoint = path;
    this.stepSaved = position.step;
    const seconds = (performance.now() - started) / 1000;
    return { type: 'checkpoint', path, bytes, seconds, ...position };
  }

  private saveTo(path: string): Promise<SaveReport> {
    return writingNatively(path, () => this.session.save(path, this.metadata()));
  }

  /** Saves what was trained before something else than a step failed, as far as that can be: data, a full disk, a callback. */
  private async rescue(schedule: Schedule): Promise<TrainEvent | undefined> {
    if (!this.run || this.disposed || this.stepsDone === this.stepSaved) return undefined;
    return this.saveCheckpoint(this.run, this.position(schedule)).catch(() => undefined);
  }

  /** Writes down what the window says, and opens it anew. */
  private async report(window: ReportWindow): Promise<TrainEvent> {
    const progress = window.close(this.stepsDone);
    this.history.push(progress);
    this.warnings.push(...this.health.check(progress.metrics, progress));
    if (!this.disposed) await this.run?.record(progress);
    return this.emit(progress);
  }

  /** What is to be told since the last time; streamed data may find more to say at any time. */
  private async *newWarnings(schedule: Schedule): AsyncGenerator<TrainEvent, void, void> {
    const ofData = (this.dataset.warnings ?? []).slice(this.warned);
    this.warned += ofData.length;
    const warnings = [
      ...this.warnings,
      ...ofData.map((message) => ({ kind: 'data' as const, message })),
    ];
    this.warnings = [];
    for (const warning of warnings) {
      const event: WarningEvent = { type: 'warning', ...warning, ...this.position(schedule) };
      if (!this.disposed) await this.run?.record(event);
      yield this.emit(event);
    }
  }

  private async startProfiling(schedule: Schedule): Promise<Profiling | undefined> {
    const length = { from: this.stepsDone, total: schedule.totalSteps, about: this.parts.versions };
    const { profile } = this.parts;
    return profile && Profiling.start(this.session, this.run, profile, length);
  }

  private async *profiled(
    profiling: Profiling | undefined,
    schedule: Schedule,
    ended = false,
  ): AsyncGenerator<TrainEvent, void, void> {
    if (!profiling || this.disposed) return;
    for await (const event of profiling.events(this.position(schedule), ended))
      yield this.emit(event);
  }

  private metadata(): Record<string, string> {
    const { recipe } = this;
    const { versions, identity } = this.parts;
    return checkpointMetadata(recipe, versions, identity, threadsOf(recipe));
  }

  private position(schedule: Schedule): Position {
    const step = this.stepsDone;
    return { step, images: schedule.images(step), epoch: schedule.epoch(step) };
  }

  private startEvent(schedule: Schedule): TrainEvent {
    const { resumed } = this.parts;
    return {
      type: 'start',
      ...this.position(schedule),
      totalSteps: schedule.totalSteps,
      ...aboutTraining(this.recipe, this.dataset),
      ...(resumed && { resumedFrom: resumed.path }),
    };
  }

  private emit(event: TrainEvent): TrainEvent {
    this.onEvent?.(event);
    return event;
  }
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
