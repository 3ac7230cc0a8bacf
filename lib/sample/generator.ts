import { type ClassLabel, classIndices } from '../data/classes.js';
import type { Dataset } from '../data/dataset.js';
import { type DataKind, kindOf } from '../data/kind.js';
import { type DeviceName, defaultDevice } from '../device.js';
import { invalid } from '../errors.js';
import { inspectGraph } from '../graph/inspect.js';
import { labelClasses } from '../graph/label-classes.js';
import { Images } from '../image/images.js';
import { allocate, requireMemory } from '../memory.js';
import { type NativeNetwork, native, type SampleRequest } from '../native.js';
import { ranges, requireInRange, requireRanges } from '../ranges.js';
import type { Recipe } from '../recipes/schema.js';
import { openCheckpoint } from '../train/checkpoints.js';
import { resolveCheckpoint } from '../train/inspect.js';
import { largestLayer, requireLayerMemory } from './layers.js';
import { latentPath } from './path.js';

export interface LoadOptions {
  /** Averaged weights where the checkpoint has them (default true). */
  ema?: boolean;
  /**
   * Batches of 64 fakes over which the statistics of batch normalization are estimated anew (Brock et al. 2019): for averaged weights,
   * which training never normalized with. 0 … 10,000, default 0: those of the checkpoint.
   */
  standingStatistics?: number;
  /** 1 … 1024. Default: as many as libtorch picks. Another number can give images that differ in their last bits. */
  threads?: number;
  /** Default `fp32`. */
  precision?: 'fp32' | 'bf16' | 'auto';
  /** Default `auto`: a GPU where one answers. */
  device?: DeviceName;
}

export interface SampleOptions {
  /** 0 … 2^53 - 1, default 0. Equal seeds give equal images, with the same number of threads. */
  seed?: number;
  /** ψ in (0, 1]: fewer extremes, less variety. Default: no truncation. */
  truncation?: number;
  /**
   * One class an image, or one for all, by index or by name (`classNames`); required for a conditional generator, as in
   * `generator.sample(8, { labels: 'dogs' })`.
   */
  labels?: ClassLabel | readonly ClassLabel[] | Int32Array;
  /** Of a mixture of experts, the one that makes all images. Default: its gate chooses. */
  expert?: number;
}

export interface InterpolateOptions {
  /** Frames in all, from 2. Default 48. */
  frames?: number;
  /** Latents that the path leads through, from 2. Default 4. */
  keys?: number;
  /** Seed of the keys. Default 0. */
  seed?: number;
  truncation?: number;
  /** Back to the first key (default true). */
  loop?: boolean;
  /** Class of every frame, by index or by name, for a conditional generator. */
  label?: ClassLabel;
  /** Of a mixture of experts, the one that makes every frame. */
  expert?: number;
}

/** Throws `INVALID_OPTION` for a number that is out of range. */
export function requireLoadOptions({ threads, standingStatistics }: LoadOptions): void {
  requireRanges({ threads, standingStatistics });
}

/** Values of the images that one native call makes: copying them out holds the event loop for a few milliseconds only. */
const valuesPerCall = 2 ** 21;

/**
 * A trained generator.
 *
 * ```ts
 * await using generator = await Generator.load('runs/a');
 * const images = await generator.sample(64, { seed: 1 });
 * await images.toGrid('samples.png');
 * ```
 */
export class Generator implements AsyncDisposable {
  private constructor(
    private readonly network: NativeNetwork,
    /** The recipe that it was trained with. */
    readonly recipe: Recipe,
    /** Steps that it was trained. */
    readonly step: number,
    /** Path of the checkpoint that it was read from. */
    readonly checkpoint: string,
    /** Experts of a mixture (its output `gate`); 0 for a single generator. */
    readonly experts: number,
    /** Type of the data that it was trained on. */
    readonly dtype: Dataset['dtype'],
    /** What it makes. Of `sequences` and `points` of float32, `sampleRaw` is what one wants, as they are no pixels. */
    readonly kind: DataKind,
    /** Names of the classes of its data, where they are known: `labels` takes them. */
    readonly classNames: readonly string[] | undefined,
    /** Values of its largest layer, for one image. */
    private readonly largest: number,
  ) {}

  /** Opens a checkpoint, or the latest one of a run directory. Throws `IO`, `INVALID_DATA` or a `CHECKPOINT_…` code. */
  static async load(path: string, options: LoadOptions = {}): Promise<Generator> {
    requireLoadOptions(options);
    const checkpoint = await resolveCheckpoint(path);
    const { recipe, step, data } = (await openCheckpoint(checkpoint)).metadata;
    const network = await native().openGenerator(checkpoint, {
      ...options,
      device: options.device ?? defaultDevice,
    });
    const { outputs } = inspectGraph(recipe.models.generator);
    const experts = outputs['gate']?.shape[0] ?? 0;
    const dtype = data?.dtype ?? 'uint8';
    const kind = kindOf({ shape: recipe.image, dtype, ...(data?.kind && { kind: data.kind }) });
    return new Generator(
      network,
      recipe,
      step,
      checkpoint,
      experts,
      dtype,
      kind,
      data?.classes,
      largestLayer(recipe.models.generator),
    );
  }

  /** Number of classes that `labels` choose from; 0 for an unconditional generator. */
  get classes(): number {
    return labelClasses(this.recipe.models.generator);
  }

  /**
   * Makes `count` images, uint8: values from -1 to 1 become 0 … 255, those beyond the nearest of them. Throws `INVALID_OPTION`;
   * `MEMORY` for more than can be held at once.
   */
  async sample(count: number, options: SampleOptions = {}): Promise<Images> {
    requireInRange('count', count, ranges.images);
    this.requireImages(count, 1);
    const latents = await this.latents(count, options);
    return this.render(latents, this.labels(count, options.labels), options);
  }

  /**
   * How much each expert of a mixture has to do with the images of `sample`: the mean of its weights, so the share of images
   * that it makes where the gate chooses one. Empty for a single generator.
   */
  async expertUse(count: number, options: SampleOptions = {}): Promise<number[]> {
    if (this.experts === 0) return [];
    const latents = await this.latents(count, options);
    const labels = this.labels(count, options.labels);
    const { data } = await this.run(latents, labels, options, 'float32', 'gate');
    const sums = new Array<number>(this.experts).fill(0);
    data.forEach((weight, i) => {
      sums[i % this.experts] = (sums[i % this.experts] as number) + weight;
    });
    return sums.map((sum) => sum / count);
  }

  /** The images of `sample`, up to `batch` at a time: more of them than memory has to hold. Throws `INVALID_OPTION`. */
  async *batches(
    count: number,
    batch: number,
    options: SampleOptions = {},
  ): AsyncGenerator<Images, void> {
    for await (const { latents, labels } of this.drawn(count, batch, options)) {
      yield await this.render(latents, labels, options);
    }
  }

  /** The same as the generator gives them, as `sampleRaw`. */
  async *rawBatches(
    count: number,
    batch: number,
    options: SampleOptions = {},
  ): AsyncGenerator<{ shape: number[]; data: Float32Array }, void> {
    for await (const { latents, labels } of this.drawn(count, batch, options)) {
      const { shape, data } = await this.run(latents, labels, options, 'float32');
      yield { shape, data: data as Float32Array };
    }
  }

  /** What `count` images are made of, `batch` at a time. */
  private async *drawn(
    count: number,
    batch: number,
    options: SampleOptions,
  ): AsyncGenerator<{ latents: Float32Array; labels: Int32Array | undefined }, void> {
    requireInRange('batch', batch, ranges.images);
    const latents = await this.latents(count, options);
    const labels = this.labels(count, options.labels);
    const size = this.recipe.latentSize;
    for (let start = 0; start < count; start += batch) {
      const end = Math.min(start + batch, count);
      yield {
        latents: latents.subarray(start * size, end * size),
        labels: labels?.subarray(start, end),
      };
    }
  }

  /** Makes `count` images as the generator gives them: float32, N×C×H×W, in [-1, 1]. */
  async sampleRaw(
    count: number,
    options: SampleOptions = {},
  ): Promise<{ shape: number[]; data: Float32Array }> {
    requireInRange('count', count, ranges.images);
    this.requireImages(count, 4);
    const latents = await this.latents(count, options);
    const labels = this.labels(count, options.labels);
    const { shape, data } = await this.run(latents, labels, options, 'float32');
    return { shape, data: data as Float32Array };
  }

  /** Makes images along a path through latent space, as frames of an animation. */
  async interpolate(options: InterpolateOptions = {}): Promise<Images> {
    const { frames = 48, keys = 4, loop = true, label, ...draw } = options;
    requireRanges({ frames, keys });
    const size = this.recipe.latentSize;
    const drawn = await this.latents(keys, draw);
    const points = Array.from({ length: keys }, (_, i) => drawn.slice(i * size, (i + 1) * size));
    const spherical = this.recipe.latentDistribution === 'normal';
    const latents = latentPath(points, frames, { loop, spherical });
    return this.render(latents, this.labels(frames, label, 'label'), draw);
  }

  /** Throws `MEMORY` for more images, of so many bytes a value, than can be held at once. */
  private requireImages(count: number, bytesPerValue: number): void {
    const { channels, height, width } = this.recipe.image;
    const bytes = channels * height * width * bytesPerValue + 4 * this.recipe.latentSize;
    const what = `${count} images of ${channels}×${height}×${width}`;
    requireMemory(count * bytes, what, 'a smaller count, or batches of them, take less');
  }

  /** Latents as `sample` draws them: count × latentSize values. */
  private async latents(count: number, { seed, truncation }: SampleOptions): Promise<Float32Array> {
    requireInRange('count', count, ranges.images);
    requireRanges({ seed, truncation });
    requireMemory(4 * count * this.recipe.latentSize, `the latents of ${count} images`);
    return this.network.drawLatents({
      count,
      ...(seed !== undefined && { seed }),
      ...(truncation !== undefined && { truncation }),
    });
  }

  private labels(
    count: number,
    labels: SampleOptions['labels'],
    name = 'labels',
  ): Int32Array | undefined {
    return classIndices(labels, count, this.classes, this.classNames, name);
  }

  private checkedExpert(expert: number): number {
    const { experts } = this;
    if (experts === 0) throw invalid('expert', 'none, as the generator is no mixture,', expert);
    if (Number.isInteger(expert) && expert >= 0 && expert < experts) return expert;
    throw invalid('expert', `a whole number from 0 to ${experts - 1}`, expert);
  }

  private async render(
    latents: Float32Array,
    labels: Int32Array | undefined,
    options: SampleOptions,
  ): Promise<Images> {
    const { shape, data } = await this.run(latents, labels, options, 'uint8');
    return new Images(shape, data as Uint8Array);
  }

  private async run(
    latents: Float32Array,
    labels: Int32Array | undefined,
    { truncation, expert }: SampleOptions,
    output: NonNullable<SampleRequest['output']>,
    name?: string,
  ): Promise<{ shape: number[]; data: Uint8Array | Float32Array }> {
    const size = this.recipe.latentSize;
    const count = latents.length / size;
    requireLayerMemory(this.largest, count);
    const { channels, height, width } = this.recipe.image;
    const imagesPerCall = Math.max(1, Math.floor(valuesPerCall / (channels * height * width)));
    let all: Uint8Array | Float32Array | undefined;
    let shape: number[] = [];
    for (let start = 0; start < count; start += imagesPerCall) {
      const end = Math.min(start + imagesPerCall, count);
      const part = await this.network.sample({
        latents: latents.subarray(start * size, end * size),
        output,
        // A generator that truncates w does so now, others took it when the latents were drawn.
        ...(truncation !== undefined && { truncation }),
        ...(labels && { labels: labels.subarray(start, end) }),
        ...(expert !== undefined && { expert: this.checkedExpert(expert) }),
        ...(name !== undefined && { name }),
      });
      const [, ...image] = part.shape;
      const perImage = image.reduce((product, side) => product * side, 1);
      shape = [count, ...image];
      all ??= allocate<Uint8Array | Float32Array>(
        output === 'uint8' ? Uint8Array : Float32Array,
        count * perImage,
        `${count} images of ${image.join('×')}`,
      );
      all.set(part.data, start * perImage);
    }
    return { shape, data: all as Uint8Array | Float32Array };
  }

  /** Frees native memory. */
  dispose(): Promise<void> {
    return this.network.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}
