/** Features of pictures that have no labels, without anything learnt or downloaded. */

import { createHash } from 'node:crypto';
import { type Dataset, imageSize } from '../data/dataset.js';
import { GanodeError } from '../errors.js';
import { asPixels } from '../image/pixels.js';
import { firstLayer, randomFilters } from '../models/random-filters.js';
import { type NativeClassifier, native, type TensorData } from '../native.js';
import { requireRanges } from '../ranges.js';
import type { ImageShape } from '../recipes/schema.js';
import type { Extraction, FeatureExtractor, Features, ImageBatch } from './extractor.js';
import { extractAll, realBatches } from './features.js';
import { shuffled } from './sides.js';

export interface FeaturesOptions {
  /** Seed of the filters' weights and of the choice of pictures that the scale is taken from. 0 … 2^53 - 1, default 0. */
  seed?: number;
  /** Threads of the native side, 1 … 1024; default: as many as ATen picks. */
  threads?: number;
}

/** Pictures, at most, that the scale of the features is taken from. */
const mostForScale = 2000;
/** Pictures of one call of the network. */
const batch = 128;

/**
 * Opens features of pictures without labels: the mean strengths, in each quarter of the picture, of random filters at several scales
 * (`randomFilters`), and its colours on a coarse grid. Each feature is centred on its mean over the real pictures, and each group of
 * features (one layer at one scale) is brought to a mean variance of 1 over them, so that no scale outweighs the others. For 1, 3 or 4
 * channels and any size. Takes a second or so; equal data and seed give equal features, and an equal id.
 *
 * @param dataset The real pictures, of bytes; of more than 2,000, a random 2,000 set the scale.
 * @throws GanodeError `INVALID_DATA` for data that is no bytes, or a single picture.
 */
export async function openFeatures(
  dataset: Dataset,
  { seed = 0, threads }: FeaturesOptions = {},
): Promise<FeatureExtractor> {
  requireRanges({ seed, threads });
  const { name, shape, dtype, length } = dataset;
  if (dtype !== 'uint8' || length < 2) {
    const received = dtype === 'uint8' ? `${length}` : dtype;
    throw new GanodeError(
      'INVALID_DATA',
      `${name}: expected 2 or more pictures of bytes but received ${received}, for features`,
    );
  }
  const { spec, groups } = randomFilters(shape);
  const graph = JSON.stringify(spec);
  const network = await native().createClassifier(graph, {
    seed,
    // Nothing is trained, but a classifier has an optimizer.
    optimizer: JSON.stringify({ kind: 'sgd', learningRate: 1 }),
    ...(threads !== undefined && { threads }),
  });
  try {
    const weights = withoutBrightness(await network.readTensors());
    await network.writeTensors(weights);
    const raw = new RandomFeatures(network, name, shape, '');
    const order = shuffled(length, seed).subarray(0, mostForScale);
    const { features } = await extractAll(
      raw,
      realBatches(dataset, order, batch),
      order.length,
      'real images',
      undefined,
    );
    const scale = scaleOf(features, groups);
    const hash = createHash('sha256').update(graph);
    for (const key of Object.keys(weights).sort()) hash.update((weights[key] as TensorData).data);
    hash.update(scale.centre).update(scale.factor);
    return new RandomFeatures(network, name, shape, hash.digest('hex').slice(0, 16), scale);
  } catch (error) {
    await network.dispose();
    throw error;
  }
}

/** The filters that look at the picture lose their mean in each channel: they see edges and texture, not how bright it is. */
function withoutBrightness(weights: Record<string, TensorData>): Record<string, TensorData> {
  for (const [name, { shape, data }] of Object.entries(weights)) {
    if (!name.startsWith(firstLayer)) continue;
    const size = (shape[2] as number) * (shape[3] as number);
    for (let start = 0; start < data.length; start += size) {
      const window = data.subarray(start, start + size) as Float32Array;
      const mean = window.reduce((sum, weight) => sum + weight, 0) / size;
      window.forEach((weight, i) => {
        window[i] = weight - mean;
      });
    }
  }
  return weights;
}

/** What brings features to their scale: (value - centre) · factor. */
interface Scale {
  centre: Float64Array;
  factor: Float64Array;
}

/** Standard deviation under which a group of features is taken for constant; pixels are in [-1, 1]. */
const leastDeviation = 1e-4;

function scaleOf({ count, size, data }: Features, groups: readonly number[]): Scale {
  const centre = new Float64Array(size);
  const variance = new Float64Array(size);
  data.forEach((value, i) => {
    centre[i % size] = (centre[i % size] as number) + value / count;
  });
  data.forEach((value, i) => {
    const off = value - (centre[i % size] as number);
    variance[i % size] = (variance[i % size] as number) + (off * off) / count;
  });
  const factor = new Float64Array(size);
  let start = 0;
  for (const length of groups) {
    const mean = variance.subarray(start, start + length).reduce((a, b) => a + b, 0) / length;
    factor.fill(1 / Math.max(Math.sqrt(mean), leastDeviation), start, start + length);
    start += length;
  }
  return { centre, factor };
}

class RandomFeatures implements FeatureExtractor {
  readonly id: string;
  readonly description: string;

  constructor(
    private readonly network: NativeClassifier,
    private readonly name: string,
    private readonly shape: ImageShape,
    hash: string,
    private readonly scale?: Scale,
  ) {
    this.id = `features-${hash}`;
    this.description = `random filters at several scales, scaled by ${name}; no labels, nothing learnt`;
  }

  async extract({ shape, data: given }: ImageBatch): Promise<Extraction> {
    const data = asPixels(given, 'images.data');
    const { channels, height, width } = this.shape;
    const [count = 0] = shape;
    const wanted = [count, channels, height, width];
    if (shape.join() !== wanted.join() || data.length !== count * imageSize(this.shape)) {
      throw new GanodeError(
        'INVALID_DATA',
        `features of ${this.name}: expected images of N×${wanted.slice(1).join('×')} but received ${shape.join('×')}`,
      );
    }
    const { features } = await this.network.classify({
      images: { shape: wanted, data: asPixels(data, 'images') },
    });
    const size = features.shape[1] as number;
    const values = features.data as Float32Array;
    const { scale } = this;
    if (scale) {
      values.forEach((value, i) => {
        const feature = i % size;
        values[i] = (value - (scale.centre[feature] as number)) * (scale.factor[feature] as number);
      });
    }
    return { features: { count, size, data: values } };
  }

  dispose(): Promise<void> {
    return this.network.dispose();
  }
}
