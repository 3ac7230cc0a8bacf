/** Generated images, as sampling returns them. */
import { join } from 'node:path';
import sharp from 'sharp';
import { invalid } from '../errors.js';
import { writeFileAtomic } from '../files.js';
import { ranges, requireInRange } from '../ranges.js';
import { pictureFormat, requireSides, writePicture } from './encode.js';
import { npy } from './npy.js';
import { asPixels } from './pixels.js';
import { type Frame, frameOf, montage, toPng } from './png.js';

/** A batch of images: N×C×H×W bytes, 0 … 255. */
export class Images {
  readonly data: Uint8Array;

  /** Throws `INVALID_OPTION` when the shape is no N×C×H×W with 1, 3 or 4 channels, or does not fit the data. */
  constructor(
    readonly shape: readonly number[],
    data: Uint8Array | Uint8ClampedArray,
  ) {
    const bytes = asPixels(data, 'data');
    if (!(bytes instanceof Uint8Array)) throw invalid('data', 'bytes', data);
    this.data = bytes;
    const [n = 0, channels = 0, height = 0, width = 0] = shape;
    if (shape.length !== 4 || n * channels * height * width !== data.length || data.length === 0) {
      throw invalid('shape', `N×C×H×W of ${data.length} values`, shape.join('×'));
    }
    if (![1, 3, 4].includes(channels)) throw invalid('shape', '1, 3 or 4 channels', channels);
  }

  get length(): number {
    return this.shape[0] as number;
  }

  /** Image `index`, from 0, as H×W×C. Throws `INVALID_OPTION` where there is none. */
  frame(index: number): Frame {
    requireInRange('index', index, { ...ranges.index, most: this.length - 1 });
    return frameOf(this, index);
  }

  /** All images side by side, as a PNG. `columns`: default as square as can be; `padding`: pixels of black between (of nothing with 4 channels), default 2. */
  async grid(options: { columns?: number; padding?: number } = {}): Promise<Buffer> {
    return toPng(montage(this, options));
  }

  /**
   * Writes a grid of the images to a file, in the format that its name ends in: .png, .jpg, .jpeg (on white), .webp, .avif, .tif
   * or .tiff; PNG without an extension. Throws `INVALID_OPTION` for another one, or more pixels than the format holds; `IO`.
   */
  async toGrid(file: string, options: { columns?: number; padding?: number } = {}): Promise<void> {
    pictureFormat(file);
    await writePicture(file, montage(this, options));
  }

  /** One PNG an image: `000000.png`, … Returns the paths. */
  async toPngs(dir: string): Promise<string[]> {
    const paths: string[] = [];
    for (let index = 0; index < this.length; index += 1) {
      const path = join(dir, `${String(index).padStart(6, '0')}.png`);
      await writeFileAtomic(path, await toPng(this.frame(index)));
      paths.push(path);
    }
    return paths;
  }

  /** A NumPy array file: uint8, N×C×H×W. */
  async toNpy(file: string): Promise<void> {
    await writeFileAtomic(file, npy(this.shape, this.data));
  }

  /**
   * The images as frames of an animation: WebP, or GIF, by the file's extension. Neighbouring frames that are equal become one.
   *
   * @param options.fps Frames a second, 1 … 50 (default 12).
   * @param options.loop How often it is shown, 0 … 65535; 0 (default) for ever.
   * @throws GanodeError `INVALID_OPTION` for another extension, or images wider or higher than the format can hold; `IO`.
   */
  async toAnimation(
    file: string,
    { fps = 12, loop = 0 }: { fps?: number; loop?: number } = {},
  ): Promise<void> {
    const format = file.toLowerCase().match(/\.(webp|gif)$/)?.[1] as 'webp' | 'gif' | undefined;
    if (!format) throw invalid('file', 'a name that ends in .webp or .gif', file);
    requireInRange('fps', fps, ranges.framesPerSecond);
    requireInRange('loop', loop, ranges.loops);
    const frames = Array.from({ length: this.length }, (_, index) => this.frame(index));
    const { width, height, channels } = frames[0] as Frame;
    requireSides(format, width, height);
    // sharp takes the frames of an animation as one tall picture.
    const tall = Buffer.concat(frames.map((frame) => frame.data));
    const raw = { width, height: height * frames.length, channels, pageHeight: height };
    const pages = { loop, delay: frames.map(() => Math.round(1000 / fps)) };
    const picture = sharp(tall, { raw, limitInputPixels: false });
    const encoded =
      format === 'gif' ? picture.gif(pages) : picture.webp({ ...pages, lossless: true });
    await writeFileAtomic(file, await encoded.toBuffer());
  }
}
