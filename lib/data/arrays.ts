/** NumPy's arrays as datasets: what the sides of an array are. */
import { GanodeError } from '../errors.js';
import { formatSides, type NpyArray, readNpy } from '../image/npy.js';
import { ArrayDataset, type ArrayDatasetOptions, type Dataset } from './dataset.js';
import { noted } from './derived.js';
import { looksChannelsLast } from './layout.js';
import { sequences } from './sequences.js';

const readable = 'N×steps, N×steps×features, N×H×W of bytes, N×C×H×W or N×H×W×C';

/**
 * A dataset of an array, by its sides and type:
 *
 * - two sides: sequences of one feature, N×steps;
 * - three: bytes are grey images, N×H×W; other numbers are sequences, N×steps×features;
 * - four: images, N×C×H×W (points, where H and W are 1); where that looks like N×H×W×C (see `looksChannelsLast`), they are brought into C×H×W.
 *
 * @returns Also `read`: what was decided where the sides leave a choice.
 * @throws GanodeError `INVALID_DATA` for another number of sides, another type, or no values.
 */
export function arrayDataset(
  name: string,
  { shape, data }: NpyArray,
  about: Pick<ArrayDatasetOptions, 'labels' | 'split' | 'splits'> = {},
): { dataset: Dataset; read?: string } {
  if (data instanceof Int32Array) {
    throw fail(
      name,
      "expected uint8, float32 or float64 but it has other whole numbers: save it with .astype('uint8')",
    );
  }
  const [, first = 1, second = 1, third = 1] = shape;
  const known = shape.length >= 2 && shape.length <= 4 && data.length > 0;
  if (!known) throw fail(name, `expected ${readable} but it is ${formatSides(shape)}`);
  if (shape.length === 4) {
    const last = looksChannelsLast([first, second, third]);
    const [channels, height, width] = last ? [third, first, second] : [first, second, third];
    const dataset = new ArrayDataset({
      ...about,
      name,
      images: data,
      shape: { channels, height, width },
      layout: last ? 'channelsLast' : 'channelsFirst',
      ...(height * width > 1 && { kind: 'images' }),
    });
    return { dataset, ...(last && { read: 'read as N×H×W×C' }) };
  }
  if (shape.length === 3 && data instanceof Uint8Array) {
    const grey = { channels: 1, height: first, width: second };
    return { dataset: new ArrayDataset({ ...about, name, images: data, shape: grey }) };
  }
  return { dataset: sequences({ ...about, name, values: data, steps: first, features: second }) };
}

/**
 * An array file of NumPy's.
 *
 * @throws GanodeError `IO`; `INVALID_DATA` as `parseNpy` and `arrayDataset`.
 */
export async function openNpy(path: string): Promise<Dataset> {
  const array = await readNpy(path);
  const { dataset, read } = arrayDataset(path, array);
  return read ? noted(dataset, `${path}: ${array.shape.join('×')} is ${read}`) : dataset;
}

function fail(path: string, message: string): GanodeError {
  return new GanodeError('INVALID_DATA', `${path}: ${message}`, { details: { path } });
}
