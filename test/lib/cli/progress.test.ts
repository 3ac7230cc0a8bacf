import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { duration, Progress } from '../../../lib/cli/progress.js';
import type { TrainingFacts } from '../../../lib/train/about.js';
import type { ProgressEvent, TrainEvent } from '../../../lib/train/events.js';

const position = { step: 20, images: 1280, epoch: 1.5 };
const progress: ProgressEvent = {
  type: 'progress',
  ...position,
  totalSteps: 40,
  metrics: {
    discriminatorLoss: 1.23456,
    generatorLoss: 0.5,
    realLogit: 1,
    fakeLogit: -1,
    discriminatorAccuracy: 0.75,
    discriminatorGradientNorm: 0.5,
    generatorGradientNorm: 0.25,
  },
  imagesPerSecond: 1234.5,
  waitedShare: 0.0123,
  secondsLeft: 187,
};
const warning: TrainEvent = {
  type: 'warning',
  kind: 'data',
  message: 'a.png does not decode',
  ...position,
};
const samples: TrainEvent = { type: 'samples', path: 'samples/20.png', ...position };

/** A Progress and what it wrote. */
function watched(options: {
  json?: boolean;
  stdoutTty?: boolean;
  stderrTty?: boolean;
  columns?: number;
}) {
  const stream = (isTTY = false) => {
    const through = new PassThrough() as unknown as NodeJS.WriteStream & PassThrough;
    return Object.assign(through, { isTTY, columns: options.columns ?? 100 });
  };
  const stdout = stream(options.stdoutTty);
  const stderr = stream(options.stderrTty);
  const text = (from: NodeJS.WriteStream): string => String(from.read() ?? '');
  return {
    progress: new Progress({ json: options.json ?? false, stdout, stderr }),
    out: () => text(stdout),
    err: () => text(stderr),
  };
}

const facts: TrainingFacts = {
  recipe: 'dcgan',
  batch: 64,
  data: {
    name: 'photos',
    length: 1234,
    shape: { channels: 3, height: 48, width: 64 },
    classes: 12,
    conditional: true,
    split: 'train',
    fit: 'pad',
  },
  device: 'cpu',
  precision: 'fp32',
  threads: 2,
};

describe('progress', () => {
  it('is one JSON event a line for machines', () => {
    const { progress: shown, out, err } = watched({ json: true });
    for (const event of [progress, warning, samples]) shown.show(event);
    shown.note('for people only');
    shown.stop();
    const lines = out().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([progress, warning, samples]);
    expect(err()).toBe('');
  });

  it.each([
    ['both', {}],
    ['standard output', { stderrTty: true }],
    ['standard error', { stdoutTty: true }],
  ])('is plain lines where %s is piped; warnings go to standard error', (_, ttys) => {
    const { progress: shown, out, err } = watched(ttys);
    for (const event of [progress, warning, samples]) shown.show(event);
    shown.show({ type: 'epoch', ...position });
    shown.stop();
    expect(out()).toBe(
      'step 20/40 epoch 1.50 | 1235 images/s | D 1.235 G 0.500 | waited 1.2% | 3m07s left\nsamples samples/20.png\n',
    );
    expect(err()).toBe('ganode: warning: a.png does not decode\n');
  });

  it('is a bar on standard error in a terminal, with lines above it', () => {
    const { progress: shown, out, err } = watched({ stdoutTty: true, stderrTty: true });
    shown.show({ type: 'start', totalSteps: 40, ...position, ...facts });
    expect(err()).toBe(
      [
        'data photos: 1,234 images of 3×48×64, train part, others padded, 12 classes',
        'recipe dcgan: batches of 64, fp32, cpu, 2 threads',
        'training 40 steps\n',
      ].join('\n'),
    );
    shown.show(progress);
    shown.show(samples);
    shown.stop();
    shown.stop();
    const text = err();
    const bar = '50%  epoch 1.50  1235 images/s  D 1.235 G 0.500  waited 1.2%  3m07s left';
    const [above = '', below = ''] = text.split('samples samples/20.png\n');
    expect(below).toContain(bar);
    expect(above).not.toContain('samples');
    // The cursor was hidden, and is back.
    expect(above).toContain('\x1b[?25l');
    expect(text.lastIndexOf('\x1b[?25h')).toBeGreaterThan(text.lastIndexOf('\x1b[?25l'));
    expect(out()).toBe('');
  });

  it('tells how long', () => {
    const texts = [0.4, 59.4, 60, 187, 3600, 7500, 360000].map(duration);
    expect(texts).toEqual(['0s', '59s', '1m00s', '3m07s', '1h00m', '2h05m', '100h00m']);
  });

  it('fits 80 columns', () => {
    const { progress: shown, err } = watched({ stdoutTty: true, stderrTty: true, columns: 80 });
    shown.show({ ...progress, epoch: 12.34, secondsLeft: 3599 });
    shown.stop();
    const drawn = err().split('\x1b[1G').at(-1) ?? '';
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal takes
    const visible = drawn.replace(/\x1b\[[?\d]*[A-Za-z]/g, '').trimEnd();
    expect(visible).toMatch(/^[█░]+ 50% {2}epoch 12\.34 .* 59m59s left$/);
    expect(visible.length).toBeLessThanOrEqual(80);
  });
});
