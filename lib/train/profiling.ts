/** Profiling of one call of `train`: which steps, and what to tell when they are done. */
import type { NativeSession } from '../native.js';
import type { Position, ProfileEvent, TrainEvent, WarningEvent } from './events.js';
import { chromeTrace, type ProfileOptions, profileWindow, summarize } from './profile.js';
import type { RunDirectory } from './run-directory.js';

export class Profiling {
  private told = false;

  private constructor(
    private readonly session: NativeSession,
    private readonly run: RunDirectory | undefined,
    private readonly window: { skip: number; steps: number },
    private readonly from: number,
    /** What the trace says of itself. */
    private readonly about: Record<string, string>,
  ) {}

  /** To be called before the first step is queued: `from` steps were done, `total` are to be. */
  static async start(
    session: NativeSession,
    run: RunDirectory | undefined,
    options: ProfileOptions,
    { from, total, about }: { from: number; total: number; about: Record<string, string> },
  ): Promise<Profiling> {
    const window = profileWindow(options, total - from);
    await session.startProfile(window);
    return new Profiling(session, run, window, from, about);
  }

  /** The profile, once its steps are done, or with `ended` what there is of it; a warning where that is less. */
  async *events(position: Position, ended = false): AsyncGenerator<TrainEvent, void, void> {
    const { skip, steps: wanted } = this.window;
    if (this.told || (!ended && position.step < this.from + skip + wanted)) return;
    this.told = true;
    const recording = await this.session.takeProfile();
    const { steps } = recording;
    if (steps < wanted) yield await this.warning(position, steps);
    if (steps === 0) return;
    const path = await this.run?.addProfile(chromeTrace(recording, this.about));
    const profile = summarize(recording);
    yield { type: 'profile', ...position, ...(path && { path }), profile } satisfies ProfileEvent;
  }

  private async warning(position: Position, steps: number): Promise<WarningEvent> {
    const { skip, steps: wanted } = this.window;
    const done = position.step - this.from;
    const what = steps === 0 ? 'no step was profiled' : `the profile is of ${steps} steps`;
    const message = `${what}: training ended after ${done}, and ${wanted} were to follow a warm-up of ${skip}`;
    const event = { type: 'warning', kind: 'profile', message, ...position } as const;
    await this.run?.record(event);
    return event;
  }
}
