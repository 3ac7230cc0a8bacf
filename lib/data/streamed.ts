/** A folder that is too large for memory. */
import { GanodeError } from '../errors.js';
import type { ImageShape } from '../recipes/schema.js';
import { type Dataset, imageSize, type Pixels } from './dataset.js';
import { type Decoder, reason } from './decoder.js';
import type { ImageFile } from './image-files.js';
import { inParallel } from './parallel.js';

/** Files that are tried in place of a broken one; more in a row mean that the folder is gone. */
const mostReplacements = 16;

export interface StreamedFolderOptions {
  name: string;
  files: readonly ImageFile[];
  classes: readonly string[] | undefined;
  decoder: Decoder;
  onBroken: 'skip' | 'error';
  warnings: string[];
}

/**
 * Images that are decoded whenever they are read. Headers were checked before; a file that does not decode all the same is an
 * error (onBroken: 'error'), or the next one of its class stands in for it, and `warnings` grows by a line. That choice
 * depends on the files alone, so that resuming stays exact.
 */
export class StreamedFolder implements Dataset {
  readonly name: string;
  readonly length: number;
  readonly shape: ImageShape;
  readonly dtype = 'uint8';
  readonly labels?: Int32Array;
  readonly classes?: readonly string[];
  readonly warnings: string[];
  /** Index of the file that stands in for a broken one. */
  private readonly replacements = new Map<number, number>();

  constructor(private readonly options: StreamedFolderOptions) {
    const { name, files, classes, decoder, warnings } = options;
    this.name = name;
    this.length = files.length;
    this.shape = decoder.shape;
    this.warnings = warnings;
    if (!classes) return;
    this.labels = Int32Array.from(files, ({ label }) => label as number);
    this.classes = classes;
  }

  /** Rejects with `INVALID_DATA` when a file does not decode and nothing may, or can, stand in for it. */
  async read(indices: Uint32Array, target: Pixels): Promise<void> {
    const size = imageSize(this.shape);
    await inParallel(indices.length, async (place) => {
      target.set(await this.decode(indices[place] as number), place * size);
    });
  }

  private async decode(index: number): Promise<Uint8Array> {
    try {
      return await this.options.decoder.decode(this.path(this.replacements.get(index) ?? index));
    } catch (error) {
      if (this.options.onBroken === 'error') throw this.failure(index, error);
      return this.replace(index, error);
    }
  }

  private async replace(index: number, error: unknown): Promise<Uint8Array> {
    for (const other of this.others(index)) {
      const pixels = await this.options.decoder.decode(this.path(other)).catch(() => undefined);
      if (!pixels) continue;
      // Read twice at once, it is told once.
      if (this.replacements.get(index) !== other) {
        this.warnings.push(
          `${this.path(index)}: ${reason(error)}; ${this.path(other)} stands in for it`,
        );
      }
      this.replacements.set(index, other);
      return pixels;
    }
    throw this.failure(index, error);
  }

  /** Indices of files after `index`, round in circles, of the same class. */
  private others(index: number): number[] {
    const found: number[] = [];
    for (let step = 1; step < this.length && found.length < mostReplacements; step += 1) {
      const other = (index + step) % this.length;
      if (this.labels?.[other] === this.labels?.[index]) found.push(other);
    }
    return found;
  }

  private path(index: number): string {
    return (this.options.files[index] as ImageFile).path;
  }

  private failure(index: number, error: unknown): GanodeError {
    const path = this.path(index);
    return new GanodeError('INVALID_DATA', `${path}: ${reason(error)}`, { details: { path } });
  }
}
