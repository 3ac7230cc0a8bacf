/** Means and rates between two reports. */
import type { RunReport } from '../native.js';
import type { Metrics, ProgressEvent } from './events.js';
import type { Schedule } from './schedule.js';

export class ReportWindow {
  private readonly started = performance.now();
  private opened = this.started;
  /** Sum and number of the values of each column. */
  private sums: Record<string, [sum: number, count: number]> = {};
  private images = 0;
  private idleSeconds = 0;
  private totalSteps = 0;
  private totalImages = 0;
  private totalIdleSeconds = 0;

  /** @param step Steps done when it is opened. */
  constructor(
    private readonly schedule: Schedule,
    private step = 0,
  ) {}

  add({ columns, values, completed, busySeconds, idleSeconds: idleSinceLastRun }: RunReport): void {
    // The last run may have been long before this window was opened.
    const sinceStart = (performance.now() - this.started) / 1000;
    const idleSeconds = Math.max(0, Math.min(idleSinceLastRun, sinceStart - busySeconds));
    values.forEach((value, index) => {
      // A penalty that was not due.
      if (Number.isNaN(value)) return;
      const column = columns[index % columns.length] as string;
      const [sum, count] = this.sums[column] ?? [0, 0];
      this.sums[column] = [sum + value, count + 1];
    });
    const images = this.schedule.images(this.step + completed) - this.schedule.images(this.step);
    this.step += completed;
    this.images += images;
    this.totalImages += images;
    this.idleSeconds += idleSeconds;
    this.totalSteps += completed;
    this.totalIdleSeconds += idleSeconds;
  }

  /** The report of the steps since the last one. */
  close(step: number): ProgressEvent {
    const now = performance.now();
    const seconds = Math.max((now - this.opened) / 1000, 1e-9);
    const metrics = Object.fromEntries(
      Object.entries(this.sums).map(([column, [sum, count]]) => [column, sum / count]),
    ) as unknown as Metrics;
    const secondsPerStep = (now - this.started) / 1000 / Math.max(this.totalSteps, 1);
    const event: ProgressEvent = {
      type: 'progress',
      step,
      images: this.schedule.images(step),
      epoch: this.schedule.epoch(step),
      totalSteps: this.schedule.totalSteps,
      metrics,
      imagesPerSecond: this.images / seconds,
      waitedShare: Math.min(1, this.idleSeconds / seconds),
      secondsLeft: (this.schedule.totalSteps - step) * secondsPerStep,
    };
    this.opened = now;
    this.sums = {};
    this.images = 0;
    this.idleSeconds = 0;
    return event;
  }

  /** Of everything since the start. */
  total(): { seconds: number; imagesPerSecond: number; waitedShare: number } {
    const seconds = Math.max((performance.now() - this.started) / 1000, 1e-9);
    return {
      seconds,
      imagesPerSecond: this.totalImages / seconds,
      waitedShare: Math.min(1, this.totalIdleSeconds / seconds),
    };
  }
}
