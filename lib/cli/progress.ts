/** Training as people and machines watch it. */
import { type Options, SingleBar } from 'cli-progress';
import type { ProgressEvent, TrainEvent } from '../train/events.js';

const barOptions: Options = {
  format:
    '{bar} {percentage}% | epoch {epoch} | {rate} images/s | D {d} G {g} | waited {waited} | {left} left',
  barCompleteChar: '█',
  barIncompleteChar: '░',
  barsize: 24,
  hideCursor: true,
  clearOnComplete: false,
  stream: process.stderr,
};

/** A bar in a terminal, plain lines where there is none, or one JSON event a line. */
export class Progress {
  private readonly bar: SingleBar | undefined;
  private started = false;

  constructor(private readonly json: boolean) {
    if (!json && process.stderr.isTTY) this.bar = new SingleBar(barOptions);
  }

  show(event: TrainEvent): void {
    if (this.json) {
      process.stdout.write(`${JSON.stringify(event)}\n`);
    } else if (event.type === 'progress') {
      this.bar ? this.update(this.bar, event) : this.line(plain(event));
    } else {
      const text = describe(event);
      if (text) this.line(text);
    }
  }

  stop(): void {
    if (this.started) this.bar?.stop();
    this.started = false;
  }

  private update(bar: SingleBar, event: ProgressEvent): void {
    if (!this.started) bar.start(event.totalSteps, event.step, payload(event));
    this.started = true;
    bar.update(event.step, payload(event));
  }

  /** A line of its own, above the bar where there is one. */
  private line(text: string): void {
    if (this.bar && this.started) {
      process.stderr.write(`\r\x1b[K${text}\n`);
      this.bar.render();
    } else {
      process.stdout.write(`${text}\n`);
    }
  }
}

function payload({
  epoch,
  imagesPerSecond,
  metrics,
  waitedShare,
  secondsLeft,
}: ProgressEvent): object {
  return {
    epoch: epoch.toFixed(2),
    rate: imagesPerSecond.toFixed(0),
    d: metrics.discriminatorLoss.toFixed(3),
    g: metrics.generatorLoss.toFixed(3),
    waited: percent(waitedShare),
    left: duration(secondsLeft),
  };
}

function plain(event: ProgressEvent): string {
  const p = payload(event) as Record<string, string>;
  return `step ${event.step}/${event.totalSteps} epoch ${p['epoch']} | ${p['rate']} images/s | D ${p['d']} G ${p['g']} | waited ${p['waited']} | ${p['left']} left`;
}

function describe(event: Exclude<TrainEvent, ProgressEvent>): string | undefined {
  switch (event.type) {
    case 'start':
      return event.resumedFrom
        ? `resumed from ${event.resumedFrom} at step ${event.step} of ${event.totalSteps}`
        : `training ${event.totalSteps} steps`;
    case 'epoch':
      return undefined;
    case 'samples':
      return `samples ${event.path}`;
    case 'checkpoint':
      return `checkpoint ${event.path} (${(event.bytes / 1e6).toFixed(1)} MB in ${event.seconds.toFixed(2)} s)`;
    case 'warning':
      return `warning: ${event.message}`;
    case 'end':
      return `${event.reason} at step ${event.step}: ${event.images} images in ${duration(event.seconds)}, ${event.imagesPerSecond.toFixed(0)} images/s, waited ${percent(event.waitedShare)} for data`;
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(whole / 3600)}h${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`;
}
