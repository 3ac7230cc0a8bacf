/** What an evaluation reports. */
import { GanodeError } from '../errors.js';
import { didYouMean } from '../nearest.js';

/** Whether smaller or larger values of a metric are better. */
export type Better = 'lower' | 'higher';

/** Metrics of images by their features, in the order of the report. */
export const featureMetrics = {
  frechetDistance: 'lower',
  kernelDistance: 'lower',
  inceptionScore: 'higher',
  precision: 'higher',
  recall: 'higher',
  density: 'higher',
  coverage: 'higher',
} as const satisfies Record<string, Better>;

export type FeatureMetric = keyof typeof featureMetrics;

/** Metrics of data whose modes can be counted; `highQuality` is of points only. */
export const collapseMetrics = {
  modes: 'higher',
  highQuality: 'higher',
  reverseKl: 'lower',
} as const satisfies Record<string, Better>;

export type CollapseMetric = keyof typeof collapseMetrics;

/** Metrics of autoencoders: of held-out images, in nats an image, and on the scale of [-1, 1]. */
export const boundMetrics = {
  elbo: 'higher',
  squaredError: 'lower',
} as const satisfies Record<string, Better>;

export type BoundMetric = keyof typeof boundMetrics;

export type MetricName = FeatureMetric | CollapseMetric | BoundMetric;

/** A number, and its standard deviation over subsets or splits where it has one. */
export interface Measured {
  value: number;
  deviation?: number;
}

export interface MetricReport extends Measured {
  name: MetricName;
  /** The same metric of real images in place of generated ones: what a perfect generator would reach. Absent where there are too few. */
  floor?: Measured;
  better: Better;
}

export interface EvaluationReport {
  metrics: MetricReport[];
  /** Generated images. */
  fakes: number;
  /** Real images that they were compared with. */
  reals: number;
  /** Real images on each side of the floor, or that it was found of; 0 without a floor. Compare with it only at equal numbers. */
  floorReals: number;
  /** Of the latents, of the choice of real images and of subsets. */
  seed: number;
  /** ψ with which latents were drawn; absent without truncation. */
  truncation?: number;
  /** Name of the data. */
  data: string;
  /**
   * What made the features; compare only numbers of equal `id`. `chance` is true of a classifier that is not clearly better than
   * guessing: its numbers mean little. Absent where points are measured as they are.
   */
  extractor?: { id: string; description: string; chance?: true };
  /**
   * Labels of a conditional generator: those of the real images (`'data'`), or all classes in turn (`'balanced'`) where the data
   * has none, or other classes.
   */
  labels?: 'data' | 'balanced';
  /** Of an autoencoder: the images whose bound was found, and whether they are others than those of `data`. */
  bound?: { data: string; images: number; heldOut: boolean };
  /** Of a mixture of experts: the share of the generated images that each made. */
  experts?: number[];
  /** Checkpoint that the generator was read from. */
  checkpoint: string;
  /** Steps that it was trained. */
  step: number;
  /** Name of its recipe. */
  recipe: string;
  /** What lessens the worth of these numbers; one line each. */
  warnings: string[];
  /** Wall-clock time of the evaluation. */
  seconds: number;
}

/** The metrics asked for in the order of the report; all by default. Throws `INVALID_OPTION` for a name that is not among the known. */
export function chosenMetrics<Name extends string>(
  asked: readonly string[] | undefined,
  known: readonly Name[],
): Name[] {
  const unknown = asked?.find((name) => !known.includes(name as Name));
  if (unknown !== undefined) {
    const hint = didYouMean(unknown, known) || `; expected one of ${known.join(', ')}`;
    throw new GanodeError('INVALID_OPTION', `Unknown metric "${unknown}"${hint}`);
  }
  if (asked?.length === 0) {
    throw new GanodeError('INVALID_OPTION', `Expected a metric: ${known.join(', ')}`);
  }
  return known.filter((name) => !asked || asked.includes(name));
}

/** Puts values beside their floors. */
export function metricReports<Name extends MetricName>(
  names: readonly Name[],
  values: ReadonlyMap<Name, Measured>,
  floors: ReadonlyMap<Name, Measured> | undefined,
): MetricReport[] {
  const better: Record<string, Better> = { ...featureMetrics, ...collapseMetrics };
  return names.map((name) => {
    const floor = floors?.get(name);
    return {
      name,
      ...(values.get(name) as Measured),
      ...(floor && { floor }),
      better: better[name] as Better,
    };
  });
}
