/** What samples look like in a run directory. */
import type { Dataset, Pixels } from '../data/dataset.js';
import { kindOf } from '../data/kind.js';
import { curves, mostCurves } from '../image/curves.js';
import { Images } from '../image/images.js';
import { scatter } from '../image/scatter.js';
import type { SampleReport } from '../native.js';
import type { ImageShape } from '../recipes/schema.js';

export interface Picture {
  png: Uint8Array;
  height: number;
  width: number;
  channels: number;
}

/** What one draws with: samples as bytes, and as they are. */
export interface Samples {
  bytes(count: number): Promise<SampleReport>;
  raw(count: number): Promise<{ shape: number[]; data: Float32Array }>;
  /** The first of the real images; undefined where they are not waited for any more. */
  real(count: number): Promise<Pixels | undefined>;
}

/**
 * Points of a plane over the real ones; curves of sequences of numbers with few features; a grid of anything else. Undefined where
 * real points are not waited for any more.
 */
export async function samplesPicture(
  dataset: Dataset,
  samples: Samples,
  count: number,
): Promise<Picture | undefined> {
  const { height, width } = dataset.shape;
  if (isPlane(dataset.shape)) {
    const { data } = await samples.raw(pointsOfPicture);
    const real = await samples.real(Math.min(pointsOfPicture, dataset.length));
    return real && scatterPicture(real, data);
  }
  if (isCurve(dataset)) {
    const { data } = await samples.raw(count);
    return { ...(await curves([count, height, width], data)), channels: 3 };
  }
  return gridPicture(await samples.bytes(count));
}

/** Whether items are best seen as curves. Sequences of bytes are mostly rows of pictures. */
export function isCurve(data: Pick<Dataset, 'shape' | 'dtype' | 'kind'>): boolean {
  const { channels, height, width } = data.shape;
  const few = channels === 1 && height > 1 && width <= mostCurves;
  return few && data.dtype === 'float32' && kindOf(data) === 'sequences';
}

/** Images side by side. Of images with 2 or more than 4 channels, each channel is a grey picture. */
async function gridPicture({ shape, data }: SampleReport): Promise<Picture> {
  const [n = 0, channels = 1, height = 0, width = 0] = shape;
  const whole = [1, 3, 4].includes(channels);
  const images = new Images(whole ? shape : [n * channels, 1, height, width], data as Uint8Array);
  return { png: await images.grid(), height, width, channels: whole ? channels : 1 };
}

/** Whether images of this shape are points of a plane. */
function isPlane({ channels, height, width }: ImageShape): boolean {
  return channels === 2 && height === 1 && width === 1;
}

/** Points of a picture, real and generated each: as many as the papers on mixtures look at. */
const pointsOfPicture = 2500;
const side = 480;

/** Generated points over real ones. */
async function scatterPicture(target: Pixels, points: Float32Array): Promise<Picture> {
  // Bytes are scaled to [-1, 1] in training.
  const real =
    target instanceof Uint8Array ? Float32Array.from(target, (byte) => byte / 127.5 - 1) : target;
  const png = await scatter(real, points, { size: side });
  return { png, height: side, width: side, channels: 3 };
}
