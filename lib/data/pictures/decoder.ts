/** Pictures to pixels. */
import sharp from 'sharp';
import { invalid } from '../../errors.js';
import type { ImageShape } from '../../recipes/schema.js';
import { backgroundBytes, defaultBackground } from '../background.js';
import { defaultFit, type Fit, requireFit } from '../fit.js';
import { together } from './turns.js';

/** sharp's words for the ways of fitting; what is padded is placed here. */
const resizing = { crop: 'cover', pad: 'inside', stretch: 'fill' } as const;

export interface DecoderOptions {
  shape: ImageShape;
  fit?: Fit;
  /** Colour behind transparent pixels and around padded pictures, as CSS writes colours. Default white; with 4 channels, transparent. */
  background?: string;
}

export interface Size {
  height: number;
  width: number;
}

/** Decodes pictures to one shape. */
export class Decoder {
  private constructor(
    readonly shape: ImageShape,
    readonly fit: Fit,
    /** Red, green, blue and how opaque it is. */
    private readonly background: Uint8Array,
    private readonly padding: Uint8Array,
  ) {}

  /** @throws GanodeError `INVALID_OPTION` for an unknown colour or fit, or a colour that is not opaque for 1 or 3 channels. */
  static async create({ shape, fit = defaultFit, background }: DecoderOptions): Promise<Decoder> {
    requireFit(fit);
    const colour = await backgroundBytes(background ?? defaultBackground, 4);
    if (shape.channels < 4 && (colour[3] as number) < 255) {
      throw invalid('background', 'an opaque colour (or 4 channels)', background);
    }
    const isClear = shape.channels === 4 && background === undefined;
    return new Decoder(shape, fit, colour, isClear ? new Uint8Array(4) : colour);
  }

  /**
   * A picture as C×H×W bytes: turned upright (EXIF), fitted, put on the background unless there are 4 channels (RGBA, alpha not
   * multiplied in). Of an animation or a document, the first picture. `transparent`: whether any pixel is not opaque. Rejects with sharp's error where it does not decode or
   * is cut short.
   *
   * @param source A path, or the content of the file.
   */
  async decode(source: string | Buffer): Promise<{ pixels: Uint8Array; transparent: boolean }> {
    const { channels, height, width } = this.shape;
    const { data, info } = await together(() =>
      sharp(source, { failOn: 'error' })
        .autoOrient()
        .resize(width, height, { fit: resizing[this.fit], position: 'centre' })
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true }),
    );
    const transparent = info.channels === 4 && hasAlpha(data);
    const planes = this.planes(data, info);
    const pixels = channels === 1 ? await grey(planes, this.shape) : planes;
    return { pixels, transparent };
  }

  /**
   * Reads the header only: the size once turned upright, and whether there can be pixels that are not opaque. Rejects with
   * sharp's error where there is none.
   */
  async check(source: string | Buffer): Promise<Size & { transparent: boolean }> {
    const { hasAlpha, autoOrient } = await together(() => sharp(source).metadata());
    return { ...autoOrient, transparent: hasAlpha === true };
  }

  /** Whether a picture of a size has other proportions than the shape, by a pixel or more, so that it matters how it is fitted. */
  isOther({ height, width }: Size): boolean {
    const { shape } = this;
    const isEqual = (a: number, b: number, side: number): boolean =>
      Math.round((a * side) / b) === side;
    return !(
      isEqual(width * shape.height, height * shape.width, shape.width) &&
      isEqual(height * shape.width, width * shape.height, shape.height)
    );
  }

  /** Pixels side by side, smaller than the shape where they are to be padded, as planes: 4 where the shape has them, 3 otherwise. */
  private planes(
    data: Uint8Array,
    { width, height, channels }: { width: number; height: number; channels: number },
  ): Uint8Array {
    const count = this.shape.channels === 4 ? 4 : 3;
    const plane = this.shape.height * this.shape.width;
    const planes = new Uint8Array(count * plane);
    if (width !== this.shape.width || height !== this.shape.height) {
      for (let channel = 0; channel < count; channel += 1) {
        planes.fill(this.padding[channel] as number, channel * plane, (channel + 1) * plane);
      }
    }
    const top = Math.floor((this.shape.height - height) / 2);
    const left = Math.floor((this.shape.width - width) / 2);
    const isBlended = channels === 4 && count === 3;
    for (let y = 0; y < height; y += 1) {
      let to = (top + y) * this.shape.width + left;
      let from = y * width * channels;
      for (let x = 0; x < width; x += 1, to += 1, from += channels) {
        const alpha = channels === 4 ? (data[from + 3] as number) : 255;
        for (let channel = 0; channel < 3; channel += 1) {
          const value = data[from + channel] as number;
          const behind = this.background[channel] as number;
          planes[channel * plane + to] =
            isBlended && alpha < 255
              ? Math.round((value * alpha + behind * (255 - alpha)) / 255)
              : value;
        }
        if (count === 4) planes[3 * plane + to] = alpha;
      }
    }
    return planes;
  }
}

function hasAlpha(data: Uint8Array): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return true;
  return false;
}

/** One plane of three: equal ones are taken as they are, colours by their luminance. */
async function grey(planes: Uint8Array, { height, width }: ImageShape): Promise<Uint8Array> {
  const plane = height * width;
  const red = planes.subarray(0, plane);
  if (red.every((value, at) => value === planes[plane + at] && value === planes[2 * plane + at])) {
    return red;
  }
  const pixels = new Uint8Array(3 * plane);
  for (let at = 0; at < plane; at += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      pixels[at * 3 + channel] = planes[channel * plane + at] as number;
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
}
