import { allocate } from '../memory.js';
import { type Dataset, imageSize, type Pixels } from './dataset.js';

/** Images of a dataset in the order of `indices`: N×C×H×W. Throws what the dataset throws. */
export async function readImages(
  dataset: Dataset,
  indices: Uint32Array,
): Promise<{ shape: number[]; data: Pixels }> {
  const { shape, dtype } = dataset;
  const length = indices.length * imageSize(shape);
  const Type = dtype === 'uint8' ? Uint8Array : Float32Array;
  const what = `${indices.length} images of ${imageSize(shape)} values`;
  const data = allocate<Pixels>(Type, length, what);
  await dataset.read(indices, data);
  return { shape: [indices.length, shape.channels, shape.height, shape.width], data };
}
