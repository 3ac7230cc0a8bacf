/** Images of another size than the recipe's. */
import sharp from 'sharp';
import type { ImageShape } from '../recipes/schema.js';
import { ArrayDataset, type Dataset, imageSize } from './dataset.js';

/** Images resized at a time: enough to keep the decoders busy, few enough to keep memory small. */
const chunk = 256;

/**
 * A dataset with every image resized to `height`×`width` (Lanczos, as sharp's default), in memory as uint8.
 * Channels stay as they are.
 */
export async function resizeDataset(
  source: Dataset,
  { height, width }: { height: number; width: number },
): Promise<ArrayDataset> {
  const shape: ImageShape = { channels: source.shape.channels, height, width };
  const images = new Uint8Array(source.length * imageSize(shape));
  const original = new Uint8Array(chunk * imageSize(source.shape));
  for (let start = 0; start < source.length; start += chunk) {
    const count = Math.min(chunk, source.length - start);
    await source.read(
      Uint32Array.from({ length: count }, (_, i) => start + i),
      original,
    );
    await Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const resized = await resizePlanes(original, i, source.shape, shape);
        images.set(resized, (start + i) * imageSize(shape));
      }),
    );
  }
  return new ArrayDataset({
    name: source.name,
    images,
    shape,
    ...(source.labels && { labels: source.labels }),
    ...(source.classes && { classes: source.classes }),
    ...(source.warnings && { warnings: source.warnings }),
  });
}

async function resizePlanes(
  images: Uint8Array,
  index: number,
  from: ImageShape,
  to: ImageShape,
): Promise<Uint8Array> {
  const plane = from.height * from.width;
  const result = new Uint8Array(imageSize(to));
  for (let channel = 0; channel < from.channels; channel += 1) {
    const start = (index * from.channels + channel) * plane;
    const resized = await sharp(images.slice(start, start + plane), {
      raw: { width: from.width, height: from.height, channels: 1 },
    })
      .resize(to.width, to.height, { fit: 'fill' })
      .toColourspace('b-w')
      .raw()
      .toBuffer();
    result.set(resized, channel * to.height * to.width);
  }
  return result;
}
