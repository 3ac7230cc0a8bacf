/** From images to rows of features. */
import { type Dataset, imageSize } from '../data/dataset.js';
import { GanodeError } from '../errors.js';
import { allocate } from '../memory.js';
import type { Extraction, FeatureExtractor, Features, ImageBatch } from './extractor.js';

export type OnProgress = ((text: string) => void) | undefined;

/** Images of a dataset in the order of `indices`, up to `batch` at a time. */
export async function* realBatches(
  dataset: Dataset,
  indices: Uint32Array,
  batch: number,
): AsyncGenerator<ImageBatch, void> {
  const { shape, dtype } = dataset;
  const Type = dtype === 'uint8' ? Uint8Array : Float32Array;
  for (let start = 0; start < indices.length; start += batch) {
    const part = indices.subarray(start, start + batch);
    const data = new Type(part.length * imageSize(shape));
    await dataset.read(part, data);
    yield { shape: [part.length, shape.channels, shape.height, shape.width], data };
  }
}

/**
 * Features of `count` images, and logits where the extractor gives them.
 *
 * @param what What the images are, for messages of progress: some ten.
 * @throws GanodeError `INVALID_DATA` where the extractor gives other than one row an image, or rows of changing size.
 */
export async function extractAll(
  extractor: FeatureExtractor,
  batches: AsyncIterable<ImageBatch>,
  count: number,
  what: string,
  onProgress: OnProgress,
): Promise<Extraction> {
  const features = new Table(`features of ${what}`, count);
  const logits = new Table(`logits of ${what}`, count);
  let told = 0.1;
  for await (const batch of batches) {
    const images = batch.shape[0] as number;
    const found = await extractor.extract(batch);
    features.add(found.features, images);
    if (found.logits) logits.add(found.logits, images);
    const done = features.rows / count;
    if (done < told && done < 1) continue;
    onProgress?.(`features of ${what}: ${Math.round(100 * done)} %`);
    told = done + 0.1;
  }
  return { features: features.whole(), ...(logits.rows > 0 && { logits: logits.whole() }) };
}

/** Rows that come bit by bit. */
class Table {
  rows = 0;
  private size = 0;
  private data = new Float32Array();

  constructor(
    private readonly name: string,
    private readonly count: number,
  ) {}

  add({ count, size, data }: Features, images: number): void {
    if (this.rows === 0) {
      this.size = size;
      this.data = allocate(
        Float32Array,
        this.count * size,
        `${this.name}, ${this.count}×${size},`,
        'a smaller count takes less',
      );
    }
    if (count !== images || size !== this.size || data.length !== count * size) {
      throw this.fail(`${images}×${this.size}`, `${count}×${size}`);
    }
    this.data.set(data, this.rows * size);
    this.rows += count;
  }

  whole(): Features {
    const { count, size, data, rows } = this;
    if (rows !== count) throw this.fail(`${count} rows`, String(rows));
    return { count, size, data };
  }

  private fail(expected: string, received: string): GanodeError {
    return new GanodeError(
      'INVALID_DATA',
      `${this.name}: expected ${expected} from the extractor but received ${received}`,
    );
  }
}

/** Some rows, from `start`; nothing is copied. */
export function rowsOf({ features, logits }: Extraction, start: number, count: number): Extraction {
  const part = ({ size, data }: Features): Features => ({
    count,
    size,
    data: data.subarray(start * size, (start + count) * size),
  });
  return { features: part(features), ...(logits && { logits: part(logits) }) };
}
