/** A classifier of a dataset's own classes, trained by ganode once and kept: a feature extractor that needs no download. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { cacheDir as defaultCacheDir } from '../cache.js';
import type { Dataset } from '../data/dataset.js';
import { fingerprint } from '../data/fingerprint.js';
import { GanodeError } from '../errors.js';
import { readWhole } from '../files/read.js';
import { ioError, makeFolder } from '../files.js';
import { asPixels } from '../image/pixels.js';
import { parseJson } from '../json.js';
import { classifierNetwork } from '../models/classifier.js';
import { type NativeClassifier, native } from '../native.js';
import type { ImageShape } from '../recipes/schema.js';
import { betterThanGuessing, commonestShare } from './chance.js';
import { trainClassifier, type Verdict } from './classifier-training.js';
import type { Extraction, FeatureExtractor, ImageBatch } from './extractor.js';
import { likeliest } from './likeliest.js';

export interface ClassifierOptions {
  /** Folder of ganode's cache; default `GANODE_CACHE` or the platform's. */
  cacheDir?: string;
  /** Of the first weights, the order of the data and what is held out. 0 … 2^53 - 1, default 0. */
  seed?: number;
  /** Threads of the native side; default: as many as ATen picks. */
  threads?: number;
  /** `false`: throws where no trained classifier is in the cache. Default true. */
  train?: boolean;
  /** Is told of training, some twenty times; not called where the cache has the classifier. */
  onProgress?: (text: string) => void;
}

export interface Classifier extends FeatureExtractor {
  /** Share of held-out images, a tenth of the data, whose class it found: 0 … 1. */
  readonly accuracy: number;
  /** Number of classes. */
  readonly classes: number;
  /** Share of the data that is of its commonest class: what always guessing that one gets right. */
  readonly guessing: number;
  /** Whether its accuracy is not clearly above `guessing` (a one-sided binomial test at 1 %). */
  readonly chance: boolean;
  /** The likeliest class of each image. */
  predict(images: ImageBatch): Promise<Int32Array>;
}

/** Changes whenever a cached classifier would have come out otherwise. */
const settings = {
  version: 1,
  optimizer: { kind: 'adam', learningRate: 1e-3 },
  shift: 2,
} as const;

/**
 * Opens the classifier of a labelled dataset: from the cache, or trained on nine tenths of the data (about a minute for MNIST on
 * two cores) and then kept. Data of equal name and content share one for each seed. On one machine and number of threads, equal
 * data and seed give equal weights.
 *
 * @throws GanodeError `INVALID_DATA` for data without labels, of one class, of float32, or under 20 images; and with
 *   `train: false` where the cache has none. `IO` where the cache cannot be written.
 */
export async function openClassifier(
  dataset: Dataset,
  {
    cacheDir = defaultCacheDir(),
    seed = 0,
    threads,
    train = true,
    onProgress,
  }: ClassifierOptions = {},
): Promise<Classifier> {
  const classes = classesOf(dataset);
  const graph = JSON.stringify(classifierNetwork(dataset.shape, classes));
  const key = createHash('sha256')
    .update(JSON.stringify({ settings, seed, graph, data: await fingerprint(dataset) }))
    .digest('hex');
  const path = join(cacheDir, 'classifiers', `${key}.safetensors`);
  const network = await native().createClassifier(graph, {
    seed,
    optimizer: JSON.stringify(settings.optimizer),
    shift: settings.shift,
    ...(threads !== undefined && { threads }),
  });
  try {
    let verdict = await loadCached(network, path, onProgress);
    if (!verdict) {
      if (!train) {
        throw new GanodeError(
          'INVALID_DATA',
          `${dataset.name}: expected a trained classifier in ${dirname(path)} but there is none`,
        );
      }
      verdict = await trainClassifier(network, graph, dataset, seed, onProgress);
      await store(network, path, verdict);
    }
    const hash = createHash('sha256')
      .update(await readWhole(path))
      .digest('hex');
    return new TrainedClassifier(network, dataset, classes, verdict, hash.slice(0, 16));
  } catch (error) {
    await network.dispose();
    throw error;
  }
}

function classesOf(dataset: Dataset): number {
  const lacking = lackingForClassifier(dataset);
  if (lacking === undefined) return (dataset.classes as readonly string[]).length;
  throw new GanodeError(
    'INVALID_DATA',
    `${dataset.name}: expected ${lacking}, to train a classifier`,
  );
}

/** Fewest images of which a classifier is trained. */
const leastImages = 20;

/** What a classifier would need that the data has not, and what the data has; undefined where it can be trained. */
export function lackingForClassifier({
  length,
  labels,
  classes,
  dtype,
}: Dataset): string | undefined {
  if (!labels || !classes) return 'labelled images';
  if (classes.length < 2) return `two classes or more but received ${classes.length}`;
  if (dtype !== 'uint8') return `images of bytes but received ${dtype}`;
  if (length < leastImages) return `${leastImages} images or more but received ${length}`;
  return undefined;
}

const verdictSchema = z.object({ accuracy: z.number().min(0).max(1), heldOut: z.int().min(1) });

/** The verdict that came with the weights; undefined where there is no file, or none that is whole. */
async function loadCached(
  network: NativeClassifier,
  path: string,
  onProgress: ClassifierOptions['onProgress'],
): Promise<Verdict | undefined> {
  if (!existsSync(path)) return undefined;
  try {
    const { metadata } = await network.load(path);
    const text = metadata['ganode.classifier'] ?? '{}';
    const found = verdictSchema.safeParse(parseJson(text, path, 'CHECKPOINT_CORRUPT'));
    if (found.success) return found.data;
    throw new GanodeError('CHECKPOINT_CORRUPT', `${path}: expected the accuracy of a classifier`);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (!String(code).startsWith('CHECKPOINT_')) throw error;
    onProgress?.(`training again: ${message}`);
    return undefined;
  }
}

async function store(network: NativeClassifier, path: string, verdict: Verdict): Promise<void> {
  try {
    await makeFolder(dirname(path));
  } catch (error) {
    throw ioError('write', dirname(path), error);
  }
  await network.save(path, { 'ganode.classifier': JSON.stringify(verdict) });
}

class TrainedClassifier implements Classifier {
  readonly id: string;
  readonly description: string;
  readonly accuracy: number;
  readonly guessing: number;
  readonly chance: boolean;
  readonly warnings: readonly string[];
  private readonly shape: ImageShape;
  private readonly name: string;

  constructor(
    private readonly network: NativeClassifier,
    { name, shape, labels }: Dataset,
    readonly classes: number,
    { accuracy, heldOut }: Verdict,
    hash: string,
  ) {
    this.name = name;
    this.shape = shape;
    this.accuracy = accuracy;
    this.id = `classifier-${hash}`;
    const percent = `${(100 * accuracy).toFixed(2)} %`;
    this.description = `classifier of ${name}, trained by ganode: ${percent} of ${heldOut} held-out images right`;
    this.guessing = commonestShare(labels ?? []);
    this.chance = !betterThanGuessing(accuracy, heldOut, this.guessing);
    this.warnings = this.chance
      ? [
          `the classifier has ${percent} of ${heldOut} held-out images right, and always guessing the commonest class ${(100 * this.guessing).toFixed(2)} %: it has hardly learnt the classes, and its numbers mean little; take other features (extractor 'features')`,
        ]
      : [];
  }

  async extract({ shape, data: given }: ImageBatch): Promise<Extraction> {
    const data = asPixels(given, 'images.data');
    const { channels, height, width } = this.shape;
    const [count = 0] = shape;
    const wanted = [count, channels, height, width];
    if (shape.join() !== wanted.join() || count < 1) {
      throw new GanodeError(
        'INVALID_DATA',
        `classifier of ${this.name}: expected images of N×${wanted.slice(1).join('×')} but received ${shape.join('×')}`,
      );
    }
    const { features, logits } = await this.network.classify({ images: { shape: wanted, data } });
    const table = ({ shape: [rows, size], data }: typeof features) => ({
      count: rows as number,
      size: size as number,
      data: data as Float32Array,
    });
    return { features: table(features), logits: table(logits) };
  }

  async predict(images: ImageBatch): Promise<Int32Array> {
    const { logits } = await this.extract(images);
    return likeliest(logits as NonNullable<typeof logits>);
  }

  dispose(): Promise<void> {
    return this.network.dispose();
  }
}
