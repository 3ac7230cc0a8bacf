/** Training as people and machines watch it. */
import { MultiBar, type Options, type SingleBar } from 'cli-progress';
import { onOneLine, visible } from '../text.js';
import type {
  Metrics,
  ProgressEvent,
  StartEvent,
  TrainEvent,
  WarningEvent,
} from '../train/events.js';
import { aboutLines } from './about-text.js';
import { profileText } from './profile-table.js';

/** Characters that the bar's line takes without the bar itself. */
const textWidth = 77;

function barOptions(stream: NodeJS.WriteStream): Options {
  return {
    format:
      '{bar} {percentage}%  epoch {epoch}  {rate} images/s  {losses}  waited {waited}  {left} left',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: Math.min(24, Math.max(4, (stream.columns || 80) - textWidth)),
    hideCursor: true,
    // Lines are written where the bar was.
    forceRedraw: true,
    fps: 5,
    stream,
  };
}

export interface ProgressOptions {
  /** One JSON event a line on standard output. */
  json: boolean;
  stdout?: NodeJS.WriteStream;
  stderr?: NodeJS.WriteStream;
}

/**
 * In a terminal, a bar on standard error; where either stream is piped, plain lines on standard output; or one JSON event a line
 * there. Warnings go to standard error, but in JSON they are events.
 */
export class Progress {
  private readonly json: boolean;
  private readonly stdout: NodeJS.WriteStream;
  private readonly stderr: NodeJS.WriteStream;
  /** Of one bar: cli-progress has no other that lines can be written above. */
  private readonly bars: MultiBar | undefined;
  private bar: SingleBar | undefined;
  /** Where training began. */
  private firstStep = -1;

  constructor({ json, stdout = process.stdout, stderr = process.stderr }: ProgressOptions) {
    this.json = json;
    this.stdout = stdout;
    this.stderr = stderr;
    if (!json && stdout.isTTY && stderr.isTTY) this.bars = new MultiBar(barOptions(stderr));
  }

  show(event: TrainEvent): void {
    if (event.type === 'start') this.firstStep = event.step;
    if (this.json) {
      this.stdout.write(visible(`${JSON.stringify(event)}\n`));
    } else if (event.type === 'warning') {
      this.line(`ganode: warning: ${onOneLine(event.message)}`, this.stderr);
    } else if (event.type !== 'progress') {
      // A run that was finished before has been told so, and did nothing since.
      const idle = event.type === 'end' && event.step === this.firstStep;
      const text = idle && event.reason === 'completed' ? undefined : describe(event);
      if (text) this.note(text);
    } else if (this.bars) {
      this.bar ??= this.bars.create(event.totalSteps, event.step, payload(event));
      this.bar.update(event.step, payload(event));
    } else {
      this.note(progressLine(event));
    }
  }

  /** A line for people: none in JSON. */
  note(text: string): void {
    if (!this.json) this.line(text, this.bars ? this.stderr : this.stdout);
  }

  /** Ends the bar and puts the terminal in order. */
  stop(): void {
    if (this.bar) this.bars?.stop();
    this.bar = undefined;
  }

  /** Writes a line of its own, above the bar where there is one. */
  private line(text: string, stream: NodeJS.WriteStream): void {
    if (this.bar && this.bars) {
      this.bars.log(visible(`${text}\n`));
      this.bars.update();
    } else {
      stream.write(visible(`${text}\n`));
    }
  }
}

type Payload = Record<'epoch' | 'rate' | 'losses' | 'waited' | 'left', string>;

/** What is shown of the numbers of a report, where they are there. */
const shown = [
  ['elbo', 'ELBO', 1],
  ['reconstruction', 'rec', 1],
  ['kl', 'KL', 1],
  ['discriminatorLoss', 'D', 3],
  ['generatorLoss', 'G', 3],
  ['encoderLoss', 'E', 3],
] as const;

function payload(event: ProgressEvent): Payload {
  const { epoch, imagesPerSecond, metrics, waitedShare, secondsLeft } = event;
  return {
    epoch: epoch.toFixed(2),
    rate: imagesPerSecond.toFixed(0),
    losses: lossesOf(metrics) || ownReports(metrics),
    waited: percent(waitedShare),
    left: duration(secondsLeft),
  };
}

function lossesOf(metrics: Metrics): string {
  return shown
    .flatMap(([name, label, digits]) => {
      const value = metrics[name];
      return value === undefined ? [] : [`${label} ${value.toFixed(digits)}`];
    })
    .join(' ');
}

/** The first numbers that a procedure of one's own reports, but for norms of gradients. */
function ownReports(metrics: Metrics): string {
  return Object.entries(metrics)
    .filter(([name, value]) => value !== undefined && !name.endsWith('GradientNorm'))
    .slice(0, 4)
    .map(([name, value]) => `${name} ${value?.toPrecision(4)}`)
    .join(' ');
}

/** A report as a plain line. */
export function progressLine(event: ProgressEvent): string {
  const { epoch, rate, losses, waited, left } = payload(event);
  const { lod } = event.metrics;
  const level = lod === undefined ? '' : ` lod ${lod.toFixed(2)}`;
  return `step ${event.step}/${event.totalSteps} epoch ${epoch}${level} | ${rate} images/s | ${losses}${expertsText(event)} | waited ${waited} | ${left} left`;
}

/** How many experts of a mixture are in use: e to the entropy of their shares, which is all of them where the shares are alike. */
function expertsText({ metrics }: ProgressEvent): string {
  const shares = Object.entries(metrics).flatMap(([name, value]) =>
    name.startsWith('expertUse.') && value !== undefined ? [value] : [],
  );
  if (shares.length === 0) return '';
  const entropy = shares.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
  return ` | experts ${Math.exp(entropy).toFixed(1)} of ${shares.length}`;
}

/** Any other event as a line; undefined for those that say nothing new. */
export function describe(
  event: Exclude<TrainEvent, ProgressEvent | WarningEvent>,
): string | undefined {
  switch (event.type) {
    case 'start':
      return [...aboutLines(event), beginning(event)].join('\n');
    case 'epoch':
      return undefined;
    case 'samples':
      return `samples ${onOneLine(event.path)}`;
    case 'checkpoint':
      return `checkpoint ${onOneLine(event.path)} (${(event.bytes / 1e6).toFixed(1)} MB in ${event.seconds.toFixed(2)} s)`;
    case 'profile':
      return profileText(event);
    case 'end':
      return `${event.reason} at step ${event.step}: ${event.images} images in ${duration(event.seconds)}, ${event.imagesPerSecond.toFixed(0)} images/s, waited ${percent(event.waitedShare)} for data`;
  }
}

function beginning({ step, totalSteps, images, epoch, resumedFrom }: StartEvent): string {
  if (!resumedFrom) return `training ${totalSteps} steps`;
  const from = onOneLine(resumedFrom);
  if (step < totalSteps) return `resumed from ${from} at step ${step} of ${totalSteps}`;
  const done = `${images.toLocaleString('en-US')} images, ${Number(epoch.toFixed(2))} epochs`;
  return `${from}: the training is finished (step ${step} of ${totalSteps}: ${done}); --epochs or --images, counted from the very start, goes on with it`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** `42s`, `3m07s`, `2h05m`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(whole / 3600)}h${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`;
}
