import { defaultDevice } from '../device.js';
import { invalid } from '../errors.js';
import { Images } from '../image/images.js';
import { asPixels, type GivenPixels } from '../image/pixels.js';
import { allocate } from '../memory.js';
import { type NativeAutoencoder, native, type TensorData } from '../native.js';
import { ranges, requireInRange, requireRanges, seedAfter } from '../ranges.js';
import type { Recipe } from '../recipes/schema.js';
import { openCheckpoint } from '../train/checkpoints.js';
import { resolveCheckpoint } from '../train/inspect.js';
import { type LoadOptions, requireLoadOptions } from './generator.js';
import { largestLayer, requireLayerMemory } from './layers.js';
import { latentPath } from './path.js';

/** Images as N×C×H×W bytes 0 … 255, or as floats in [-1, 1]. `Images` are such. */
export interface RealImages {
  shape: readonly number[];
  data: GivenPixels;
}

/** Codes of images: row-major, count × size, in the order of the images. */
export interface Codes {
  count: number;
  /** The recipe's `latentSize`. */
  size: number;
  data: Float32Array;
}

export interface EncodeOptions {
  /** Draws each code from the posterior in place of its mean (default false). A posterior without a density is always drawn from. */
  draw?: boolean;
  /** Seed of the random numbers that codes are drawn with: 0 … 2^53 - 1, default 0. */
  seed?: number;
}

export interface BoundOptions {
  /** Draws of z an image, 1 … 10,000. Default 1, as in training. */
  samples?: number;
  /** Seed of the random numbers that z is drawn with: 0 … 2^53 - 1, default 0. */
  seed?: number;
}

/** Means over images, in nats an image, but for `squaredError`. */
export interface Bound {
  /**
   * Evidence lower bound: -(reconstruction + kl); absent where the posterior has no density (adversarial autoencoders). Of
   * adversarial variational Bayes, `kl` and so the bound are what its discriminator estimates.
   */
  elbo?: number;
  /** -log p(x|z) under the recipe's `autoencoding.likelihood`. */
  reconstruction: number;
  /** KL(q(z|x) ‖ p(z)). */
  kl?: number;
  /** Mean squared difference of a value from its reconstruction, on the scale of [-1, 1]. */
  squaredError: number;
  /** Images that these are means over. */
  images: number;
}

/** Images of one native call: copying holds the event loop for a few milliseconds only. */
const valuesPerCall = 2 ** 21;

/**
 * A trained encoder with its decoder, the generator.
 *
 * ```ts
 * await using autoencoder = await Autoencoder.load('runs/vae');
 * const codes = await autoencoder.encode(images);
 * await (await autoencoder.reconstruct(images)).toGrid('reconstructions.png');
 * ```
 */
export class Autoencoder implements AsyncDisposable {
  private constructor(
    private readonly native: NativeAutoencoder,
    /** The recipe that it was trained with. */
    readonly recipe: Recipe,
    /** Steps that it was trained. */
    readonly step: number,
    /** Path of the checkpoint that it was read from. */
    readonly checkpoint: string,
  ) {}

  /**
   * Opens a checkpoint, or the latest one of a run directory. Throws `IO`, `INVALID_DATA` or a `CHECKPOINT_…` code, among them
   * `CHECKPOINT_MISMATCH` for a GAN's, which has no encoder.
   */
  static async load(path: string, options: LoadOptions = {}): Promise<Autoencoder> {
    requireLoadOptions(options);
    const checkpoint = await resolveCheckpoint(path);
    const { recipe, step } = (await openCheckpoint(checkpoint)).metadata;
    const { encoder, generator } = recipe.models;
    requireLayerMemory(largestLayer(generator, ...(encoder ? [encoder] : [])), 1);
    const opened = await native().openAutoencoder(checkpoint, {
      ...options,
      device: options.device ?? defaultDevice,
    });
    return new Autoencoder(opened, recipe, step, checkpoint);
  }

  /** Codes of images. Throws `INVALID_DATA` for images of another shape than the recipe's. */
  async encode(images: RealImages, options: EncodeOptions = {}): Promise<Codes> {
    requireRanges({ seed: options.seed });
    const size = this.recipe.latentSize;
    const count = this.countOf(images);
    const all = allocate(Float32Array, count * size, `the codes of ${count} images`);
    for (const { part, start } of this.parts(images)) {
      const { data } = await this.native.encode({ images: part, ...seeded(options, start) });
      all.set(data as Float32Array, start * size);
    }
    return { count, size, data: all };
  }

  /** Images of codes, uint8. Throws `INVALID_OPTION` unless they are rows of `latentSize` numbers. */
  async decode(codes: Pick<Codes, 'data'>): Promise<Images> {
    const { latentSize } = this.recipe;
    const data = codes?.data;
    if (!(data instanceof Float32Array) || data.length === 0 || data.length % latentSize !== 0) {
      throw invalid('codes', `a Float32Array in rows of ${latentSize}`, data?.length);
    }
    const rows = Math.max(1, Math.floor(valuesPerCall / this.valuesOfImage()));
    const parts: Uint8Array[] = [];
    let shape: number[] = [];
    for (let start = 0; start < data.length; start += rows * latentSize) {
      const latents = data.subarray(start, start + rows * latentSize);
      const part = await this.native.decode({ latents });
      shape = part.shape;
      parts.push(part.data as Uint8Array);
    }
    return new Images([data.length / latentSize, ...shape.slice(1)], Buffer.concat(parts));
  }

  /** The images of the codes of images, uint8. Throws as `encode`. */
  async reconstruct(images: RealImages, options: EncodeOptions = {}): Promise<Images> {
    return this.decode(await this.encode(images, options));
  }

  /**
   * Images along a path from real image to real image: their codes, and what lies between on a line.
   *
   * @param options.frames Frames in all, from 2, default 48.
   * @param options.loop Back to the first (default true).
   * @throws GanodeError `INVALID_OPTION` for fewer than two images or frames; `INVALID_DATA` as `encode`.
   */
  async interpolate(
    images: RealImages,
    { frames = 48, loop = true }: { frames?: number; loop?: boolean } = {},
  ): Promise<Images> {
    requireRanges({ frames });
    const { count, size, data } = await this.encode(images);
    if (count < 2) throw invalid('images', '2 images or more', count);
    const keys = Array.from({ length: count }, (_, i) => data.slice(i * size, (i + 1) * size));
    return this.decode({ data: latentPath(keys, frames, { loop, spherical: false }) });
  }

  /** The evidence lower bound of images and its terms. Throws as `encode`. */
  async bound(images: RealImages, options: BoundOptions = {}): Promise<Bound> {
    const { seed, samples: draws } = options;
    requireRanges({ seed });
    if (draws !== undefined) requireInRange('samples', draws, ranges.draws);
    const count = this.countOf(images);
    const sums = { reconstruction: 0, kl: 0, squaredError: 0 };
    let hasDensity = true;
    for (const { part, start } of this.parts(images)) {
      const found = await this.native.bound({ images: part, ...seeded(options, start) });
      for (const term of ['reconstruction', 'kl', 'squaredError'] as const) {
        for (const value of (found[term]?.data as Float64Array | undefined) ?? [])
          sums[term] += value;
      }
      hasDensity = found.kl !== undefined;
    }
    const [reconstruction, kl] = [sums.reconstruction / count, sums.kl / count];
    return {
      ...(hasDensity && { elbo: -(reconstruction + kl) }),
      reconstruction,
      ...(hasDensity && { kl }),
      squaredError: sums.squaredError / count,
      images: count,
    };
  }

  /** Frees native memory. */
  dispose(): Promise<void> {
    return this.native.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  private valuesOfImage(): number {
    const { channels, height, width } = this.recipe.image;
    return channels * height * width;
  }

  private countOf(images: RealImages): number {
    const { channels, height, width } = this.recipe.image;
    if (typeof images !== 'object' || images === null || !Array.isArray(images.shape)) {
      throw invalid('images', 'an object with shape and data', images);
    }
    const { shape } = images;
    const data = asPixels(images.data, 'images.data');
    const [count = 0, ...image] = shape;
    const fits = image.join('×') === `${channels}×${height}×${width}`;
    if (!fits || count < 1 || data.length !== count * this.valuesOfImage()) {
      const expected = `N×${channels}×${height}×${width}, as its encoder takes,`;
      throw invalid('images', expected, shape.join('×'));
    }
    return count;
  }

  private *parts({
    shape,
    data: given,
  }: RealImages): Generator<{ part: TensorData; start: number }, void> {
    const data = asPixels(given, 'images.data');
    const [count = 0, ...image] = shape;
    const values = this.valuesOfImage();
    const rows = Math.max(1, Math.floor(valuesPerCall / values));
    for (let start = 0; start < count; start += rows) {
      const end = Math.min(start + rows, count);
      const part = data.subarray(start * values, end * values);
      yield { part: { shape: [end - start, ...image], data: part }, start };
    }
  }
}

/** Parts of one call draw different numbers. */
function seeded<Options extends { seed?: number }>(options: Options, start: number): Options {
  return { ...options, seed: seedAfter(options.seed ?? 0, start) };
}
