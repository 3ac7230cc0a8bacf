/** The part of the contract with the addon (`lib/native.ts`) that measures generated images. */

/** Rows of numbers: what an extractor says of images, row-major, `count × size`. */
export interface FeatureRows {
  count: number;
  size: number;
  data: Float32Array;
}

/** Mean and covariance (divided by count - 1) of features, in double precision. */
export interface FeatureStatistics {
  count: number;
  size: number;
  mean: Float64Array;
  /** `size × size`. */
  covariance: Float64Array;
}

/** A mean and its standard deviation over subsets or splits. */
export interface Spread {
  mean: number;
  deviation: number;
}

export interface ManifoldReport {
  precision: number;
  recall: number;
  density: number;
  coverage: number;
}

/** Measures of generated images against real ones, on a native thread of its own; all in double precision. */
export interface NativeMetrics {
  /** Throws INVALID_DATA for fewer than 2 rows, or values that are not finite (so do the others). */
  statistics(features: FeatureRows): Promise<FeatureStatistics>;
  /** Fréchet distance of two Gaussians (Dowson & Landau 1982; Heusel et al. 2017 for FID). */
  frechetDistance(a: FeatureStatistics, b: FeatureStatistics): Promise<number>;
  /**
   * Fréchet distance of the Gaussians of two sets of rows, at least 2 each, exact, and by whichever way is shorter: by covariances (size × size),
   * or, of few rows of many features, by the products of centred rows (rows × rows), without a covariance.
   */
  frechetDistanceOfRows(real: FeatureRows, fake: FeatureRows): Promise<number>;
  /** Squared maximum mean discrepancy, unbiased, kernel (x·y / size + 1)³, over random subsets (Bińkowski et al. 2018). */
  kernelDistance(
    real: FeatureRows,
    fake: FeatureRows,
    options: { subsets: number; subsetSize: number; seed: number },
  ): Promise<Spread>;
  /** exp E KL(p(y|x) ‖ p(y)) over splits in the order of the rows (Salimans et al. 2016). */
  inceptionScore(logits: FeatureRows, options: { splits: number }): Promise<Spread>;
  /** Precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020), by k nearest neighbours. */
  manifold(
    real: FeatureRows,
    fake: FeatureRows,
    options: { precisionNeighbours: number; densityNeighbours: number },
  ): Promise<ManifoldReport>;
  dispose(): Promise<void>;
}

/** How a TorchScript file is called. */
export interface TorchScriptOptions {
  path: string;
  /** `'uint8'`: 0 … 255 as bytes (StyleGAN's Inception file); `'float'`: scaled to `range`. */
  input: 'uint8' | 'float';
  /** Of black and white, for `'float'`. */
  range: [number, number];
  /** [height, width] that images are resized to first, bilinear with antialiasing; absent: as they are. */
  size?: [number, number];
  /** Grey images are repeated to so many channels. */
  channels: number;
  threads?: number;
}

/** A TorchScript module on a native thread of its own. */
export interface NativeExtractor {
  /** uint8 N×C×H×W → features, and logits where the module gives a second tensor. Throws INVALID_DATA for an output that is no N×F. */
  extract(images: { shape: readonly number[]; data: Uint8Array }): Promise<{
    features: FeatureRows;
    logits?: FeatureRows;
  }>;
  dispose(): Promise<void>;
}
