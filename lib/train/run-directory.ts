/** What a run leaves on disk: config.json, metrics.jsonl, TensorBoard events, samples, checkpoints, latest. */
import { existsSync } from 'node:fs';
import { appendFile, readdir, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { GanodeError } from '../errors.js';
import { openRegular, readWhole } from '../files/read.js';
import { ifThere } from '../files/target.js';
import { ioError, makeFolder, writeFileAtomic } from '../files.js';
import type { NativeLock } from '../native.js';
import { listCheckpoints, removeFile } from './checkpoints.js';
import type { Position, TrainEvent } from './events.js';
import type { Picture } from './picture.js';
import type { RunConfig } from './run-config.js';
import { lockRun } from './run-lock.js';
import { TensorBoardWriter } from './tensorboard.js';

export class RunDirectory {
  private constructor(
    readonly path: string,
    private readonly tensorboard: TensorBoardWriter,
    private readonly config: RunConfig,
    private readonly lock: NativeLock,
  ) {}

  /**
   * Makes a run directory; with `resumed`, goes on in the one that the checkpoint is of, and drops what it says of later steps.
   * Throws `INVALID_OPTION` where another run is there already, `IO` where the file system refuses or another training is using it.
   */
  static async open(
    path: string,
    config: RunConfig,
    resumed?: { path: string; step: number },
  ): Promise<RunDirectory> {
    let lock: NativeLock | undefined;
    try {
      await makeFolder(path);
      lock = lockRun(path);
      await requireFiles(path);
      const same = resumed !== undefined && (await isCheckpointOf(path, resumed.path));
      if (!same) await refuseRun(path);
      await makeFolder(join(path, 'checkpoints'));
      await makeFolder(join(path, 'samples'));
      if (same) {
        await removeLeftovers(path);
        await forgetAfter(path, resumed.step);
      }
      const run = new RunDirectory(
        path,
        await TensorBoardWriter.create(path, resumed?.step),
        config,
        lock,
      );
      if (!same) await run.begin();
      return run;
    } catch (error) {
      lock?.release();
      throw ioError('use', path, error);
    }
  }

  /**
   * Writes config.json. A run that goes on has that of before until its next step is about to be done: resuming a finished run
   * changes nothing.
   */
  begin(): Promise<void> {
    const text = `${JSON.stringify(this.config, null, 2)}\n`;
    return writeFileAtomic(join(this.path, 'config.json'), text);
  }

  /** Writes down what is worth keeping of an event: reports, and warnings between them. */
  async record(event: TrainEvent): Promise<void> {
    if (event.type === 'warning') {
      const { step, images, epoch, kind, message } = event;
      await this.append({ step, images, epoch, warning: { kind, message } });
    }
    if (event.type !== 'progress') return;
    const { step, images, epoch, metrics, imagesPerSecond, waitedShare } = event;
    await this.append({ step, images, epoch, ...metrics, imagesPerSecond, waitedShare });
    await this.tensorboard.scalars(step, {
      ...Object.fromEntries(Object.entries(metrics).map(([name, value]) => [tagOf(name), value])),
      'speed/imagesPerSecond': imagesPerSecond,
      'speed/waitedShare': waitedShare,
    });
  }

  private async append(line: Record<string, unknown>): Promise<void> {
    const path = join(this.path, 'metrics.jsonl');
    try {
      await appendFile(path, `${JSON.stringify(line)}\n`);
    } catch (error) {
      throw ioError('write', path, error);
    }
  }

  /** Writes a picture of samples; returns its path. */
  async addSamples({ png, ...sides }: Picture, { step }: Position): Promise<string> {
    const path = join(this.path, 'samples', `${String(step).padStart(6, '0')}.png`);
    await writeFileAtomic(path, png);
    await this.tensorboard.image(step, 'samples', png, sides);
    return path;
  }

  /** Writes the trace of a profile; returns its path. */
  async addProfile(trace: string): Promise<string> {
    const path = join(this.path, 'profile.json');
    await writeFileAtomic(path, trace);
    return path;
  }

  async close(): Promise<void> {
    try {
      await this.tensorboard.close();
    } finally {
      this.lock.release();
    }
  }
}

/** TensorBoard groups by what stands before the slash. */
const tags: Readonly<Record<string, string>> = {
  discriminatorLoss: 'loss/discriminator',
  generatorLoss: 'loss/generator',
  encoderLoss: 'loss/encoder',
  elbo: 'bound/elbo',
  reconstruction: 'bound/reconstruction',
  kl: 'bound/kl',
  featureReconstruction: 'loss/featureReconstruction',
  realLogit: 'logit/real',
  fakeLogit: 'logit/fake',
  discriminatorAccuracy: 'accuracy/discriminator',
  realClassAccuracy: 'accuracy/realClass',
  fakeClassAccuracy: 'accuracy/fakeClass',
  expertAccuracy: 'accuracy/expert',
  discriminatorGradientNorm: 'gradientNorm/discriminator',
  generatorGradientNorm: 'gradientNorm/generator',
  encoderGradientNorm: 'gradientNorm/encoder',
  sampleDiversity: 'health/sampleDiversity',
  discriminatorSaturation: 'health/discriminatorSaturation',
  augmentProbability: 'augment/probability',
  lod: 'growing/lod',
};

/** The tag of a metric for TensorBoard. */
export function tagOf(metric: string): string {
  return tags[metric] ?? metric.replace('.', '/');
}

/** Either may be a link, and so may the folder of the checkpoints. */
async function isCheckpointOf(dir: string, checkpoint: string): Promise<boolean> {
  const real = (path: string): Promise<string> => realpath(path).catch(() => path);
  const folder = await real(dirname(checkpoint));
  if (folder === (await real(join(dir, 'checkpoints')))) return true;
  const inside = relative(await real(dir), folder);
  return !isAbsolute(inside) && inside.split(sep)[0] !== '..';
}

/** A pipe by the name of one of a run's files would keep the training waiting without end. */
async function requireFiles(dir: string): Promise<void> {
  for (const name of ['config.json', 'metrics.jsonl', 'latest']) {
    const file = await ifThere(openRegular(join(dir, name)));
    await file?.close();
  }
}

/** A run is never written over. */
async function refuseRun(path: string): Promise<void> {
  const there: string[] = await readdir(path).catch(() => []);
  if (!there.includes('config.json') && !there.includes('checkpoints')) return;
  const empty = (await listCheckpoints(path)).length === 0;
  const advice = empty
    ? 'holds a run already, without a checkpoint; remove it, or name another folder'
    : 'holds a run already; resume it, or name another folder';
  throw new GanodeError('INVALID_OPTION', `${path} ${advice}`, { details: { path } });
}

/** Temporary files of a process that was killed. */
async function removeLeftovers(dir: string): Promise<void> {
  for (const folder of [dir, join(dir, 'checkpoints'), join(dir, 'samples')]) {
    for (const name of await readdir(folder)) {
      if (name.endsWith('.tmp')) await removeFile(join(folder, name));
    }
  }
}

/** Drops reports and checkpoints of steps that the resumed run will do again. */
async function forgetAfter(dir: string, step: number): Promise<void> {
  const path = join(dir, 'metrics.jsonl');
  if (existsSync(path)) {
    const kept = linesOf(await readWhole(path)).filter((line) => {
      try {
        return (JSON.parse(line.toString('utf8')) as { step: number }).step <= step;
      } catch {
        return false; // empty, or cut off by a kill
      }
    });
    await writeFileAtomic(path, Buffer.concat(kept));
  }
  for (const checkpoint of await listCheckpoints(dir)) {
    if (checkpoint.step > step) await removeFile(checkpoint.path);
  }
}

/** Each with its line end. A line that has none was cut off, and is left out. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0, end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end + 1));
    start = end + 1;
  }
  return lines;
}
