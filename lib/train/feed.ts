/** Keeps the native thread busy: reads data ahead and queues runs of steps. */
import type { BatchLoader, StepsData } from '../data/loader.js';
import type { NativeSession, RunReport } from '../native.js';
import type { Schedule } from './schedule.js';

/** Runs queued at a time: one under way, one ready. */
const ahead = 2;
/** Native work in one run: long enough to cost nothing, short enough to stop soon and to start soon on slow data. */
const secondsPerRun = 0.2;
/** Bytes of real images in one run, at most. */
const mostBytes = 32 * 2 ** 20;
/** Steps of the first run, when nothing is known of their speed. */
const firstSteps = 4;
/** A run is at most so many times as long as the last one, for the first steps are slower than the others. */
const mostGrowth = 4;

/** A run of steps that was queued. */
interface Run {
  steps: number;
  report: Promise<RunReport>;
  /** Something is to be saved or sampled after it, before anything else may run. */
  barrier: boolean;
}

/** The data of the next run, on its way. */
interface Prepared {
  steps: number;
  data: Promise<StepsData>;
}

/**
 * Queues the steps of a schedule, in order. A run ends at the latest where a report, checkpoint, grid or epoch does; how long it is
 * otherwise follows the speed of the steps, and changes nothing of what they compute.
 */
export class Feed {
  private readonly runs: Run[] = [];
  private readonly most: number;
  private size = firstSteps;
  private prepared: Prepared | undefined;
  private filling: Promise<void> = Promise.resolve();
  private stopped = false;
  private failed = false;
  /** Each ends waiting for something that may never come. */
  private readonly waiting = new Set<() => void>();

  /** @param next The step to go on from: how many were done. */
  constructor(
    private readonly session: NativeSession,
    private readonly loader: BatchLoader,
    private readonly schedule: Schedule,
    bytesPerStep: number,
    private next: number,
  ) {
    this.most = Math.max(1, Math.floor(mostBytes / bytesPerStep));
  }

  /**
   * Queues runs until two are waiting, or the last one has to be followed by something else. Rejects when the data cannot be
   * read; so does every later call.
   */
  fill(): Promise<void> {
    this.filling = this.filling.then(() => this.top());
    this.filling.catch(() => undefined); // told where it is awaited
    return this.filling;
  }

  /** The oldest run's report, when it has ended; `whole` is false when it was cancelled. Nothing where nothing is queued. */
  async take(): Promise<{ report: RunReport; whole: boolean } | undefined> {
    const run = this.runs[0];
    if (!run) return undefined;
    const report = await run.report.catch((error: unknown) => {
      this.failed = true;
      throw error;
    });
    this.runs.shift();
    const { completed, busySeconds } = report;
    if (completed > 0) {
      const fitting = Math.round((secondsPerRun * completed) / Math.max(busySeconds, 1e-9));
      this.size = Math.max(1, Math.min(fitting, mostGrowth * completed));
    }
    return { report, whole: completed === run.steps };
  }

  /** What is queued stops after the step under way, nothing more is queued, and data on its way is not waited for. */
  cancel(): void {
    this.stopped = true;
    for (const giveUp of this.waiting) giveUp();
    this.session.cancel();
  }

  /** Whether a step failed, so that the networks are not what they were after any whole step. */
  get isBroken(): boolean {
    return this.failed;
  }

  /** Cancels, and waits for the step under way. Returns the number of steps that were done all the same since the last `take`. */
  async stop(): Promise<number> {
    this.cancel();
    await this.filling.catch(() => undefined);
    let completed = 0;
    for (const { report } of this.runs.splice(0)) {
      const ended = await report.catch(() => undefined);
      if (!ended) this.failed = true;
      completed += ended?.completed ?? 0;
    }
    return completed;
  }

  /** What a promise gives; undefined, without waiting for it, once this is cancelled. */
  unlessCancelled<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => resolve(undefined);
      if (this.stopped) giveUp();
      this.waiting.add(giveUp);
      promise.then(resolve, reject).finally(() => this.waiting.delete(giveUp));
    });
  }

  private async top(): Promise<void> {
    while (!this.stopped && this.runs.length < ahead && !this.runs.at(-1)?.barrier) {
      this.prepared ??= this.prepare();
      if (!this.prepared) return;
      const { steps, data } = this.prepared;
      const loaded = await this.unlessCancelled(data);
      if (!loaded || this.stopped) return;
      const report = this.session.run({ steps, ...loaded });
      report.catch(() => undefined); // told where it is awaited
      this.next += steps;
      const barrier = this.schedule.isCheckpoint(this.next) || this.schedule.isSamples(this.next);
      this.runs.push({ steps, report, barrier });
      // Read while the one before is under way.
      this.prepared = this.prepare();
    }
  }

  private prepare(): Prepared | undefined {
    const steps = this.schedule.untilStop(this.next, Math.min(this.size, this.most));
    if (steps === 0) return undefined;
    const data = this.loader.load(this.next, steps);
    data.catch(() => undefined); // told where it is awaited
    return { steps, data };
  }
}
