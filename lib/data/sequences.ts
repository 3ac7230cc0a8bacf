/**
 * Sequences of numbers: N×steps×features. As a dataset they are images of one channel, whose rows are the steps and whose columns
 * the features, so that everything that takes images takes them.
 */
import { GanodeError } from '../errors.js';
import { readNpy } from '../image/npy.js';
import { ArrayDataset, type Pixels } from './dataset.js';
import { Random } from './sampler.js';

export interface SequencesOptions {
  /** N×steps×features, row-major. float32 is taken as it is, uint8 is scaled from 0 … 255 to [-1, 1]. */
  values: Pixels;
  steps: number;
  /** Numbers at each step. Default 1. */
  features?: number;
  /** One class index a sequence. */
  labels?: Int32Array | readonly number[];
  classes?: readonly string[];
  name?: string;
}

/** Sequences in memory. Throws as `ArrayDataset`. */
export function sequences({
  values,
  steps,
  features = 1,
  name = 'sequences',
  ...rest
}: SequencesOptions): ArrayDataset {
  const warnings = values instanceof Float32Array ? outOfRange(values, name) : [];
  return new ArrayDataset({
    name,
    images: values,
    shape: { channels: 1, height: steps, width: features },
    ...rest,
    ...(warnings.length > 0 && { warnings }),
  });
}

/** What a generator that ends in a hyperbolic tangent cannot make. */
function outOfRange(values: Float32Array, name: string): string[] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) {
      const message = `${name}: expected finite numbers but received ${value}`;
      throw new GanodeError('INVALID_DATA', message);
    }
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (least >= -1 && most <= 1) return [];
  const range = `${Number(least.toPrecision(4))} to ${Number(most.toPrecision(4))}`;
  return [
    `${name}: values from ${range}, and most generators reach -1 to 1: scale them, or take a linear output (rcgan: model.output)`,
  ];
}

/**
 * An array file of NumPy's: N×steps, N×steps×features, or N×C×H×W images.
 *
 * @throws GanodeError `IO`; `INVALID_DATA` as `parseNpy`, and for an array of another number of dimensions, or without values.
 */
export async function openNpy(path: string): Promise<ArrayDataset> {
  const { shape, data } = await readNpy(path);
  const [, ...sides] = shape;
  const fits = sides.length >= 1 && sides.length <= 3 && data.length > 0;
  if (!fits) {
    throw new GanodeError(
      'INVALID_DATA',
      `${path}: expected N×steps, N×steps×features or N×C×H×W but it is ${shape.join('×')}`,
      { details: { path } },
    );
  }
  if (sides.length < 3) {
    const [steps = 1, features = 1] = sides;
    return sequences({ name: path, values: data, steps, features });
  }
  const [channels = 1, height = 1, width = 1] = sides;
  return new ArrayDataset({ name: path, images: data, shape: { channels, height, width } });
}

/** What its random numbers are for, among those of one seed. */
const purpose = 101;

/**
 * Waves as in RCGAN's experiments (Esteban et al. 2017, and the authors' code): A · sin(2πft/30 + φ), 30 steps of one feature, A
 * from 0.1 to 0.9, f from 1 to 5, φ from -π to π, all uniform. 14,000 of them.
 *
 * @param seed 0 … 2^53 - 1: equal seeds give equal waves.
 */
export function openSines(seed: number): ArrayDataset {
  const [count, steps] = [14_000, 30];
  const random = new Random(seed, 0, purpose);
  const between = (low: number, high: number): number =>
    low + ((high - low) * random.next()) / 2 ** 32;
  const values = new Float32Array(count * steps);
  for (let item = 0; item < count; item += 1) {
    const frequency = between(1, 5);
    const amplitude = between(0.1, 0.9);
    const phase = between(-Math.PI, Math.PI);
    for (let step = 0; step < steps; step += 1) {
      const angle = (2 * Math.PI * frequency * step) / steps + phase;
      values[item * steps + step] = amplitude * Math.sin(angle);
    }
  }
  return sequences({ name: 'sines', values, steps });
}
