import type { GivenPixels } from '../image/pixels.js';

/** N×C×H×W bytes, 0 … 255; of data that is no bytes, its values. */
export interface ImageBatch {
  shape: readonly number[];
  data: GivenPixels;
}
/** What an extractor says of some images: row-major, count × size. */
export interface Features {
  count: number;
  size: number;
  data: Float32Array;
}
export interface Extraction {
  features: Features;
  /** count × classes logits; absent where the extractor does not classify. */
  logits?: Features;
}
export interface FeatureExtractor {
  /** For tables and for the key of the cache: changes whenever the features would. */
  readonly id: string;
  /** One line for people, e.g. accuracy of a trained classifier. */
  readonly description: string;
  /** True where the extractor is a trained classifier that is not clearly better than guessing, so that its features mean little. */
  readonly chance?: boolean;
  /** What lessens the worth of the features; one line each. */
  readonly warnings?: readonly string[];
  extract(images: ImageBatch): Promise<Extraction>;
  dispose(): Promise<void>;
}
