/** Image files to pixels. */
import sharp from 'sharp';
import { invalid } from '../errors.js';
import type { ImageShape } from '../recipes/schema.js';

/** Decodes image files to one shape. */
export class Decoder {
  /**
   * @param background Colour behind transparent pixels, as CSS writes it.
   * @throws GanodeError `INVALID_OPTION` for an unknown colour.
   */
  constructor(
    readonly shape: ImageShape,
    private readonly background: string,
  ) {
    try {
      sharp({ create: { width: 1, height: 1, channels: 3, background } });
    } catch {
      throw invalid('background', 'a colour such as #ffffff', background);
    }
  }

  /**
   * One file as C×H×W bytes: turned upright (EXIF), put on the background, resized to cover the shape, cropped to its centre.
   * Of an animation, the first frame. Throws sharp's error when it does not decode, or is cut short.
   */
  async decode(path: string): Promise<Uint8Array> {
    const { channels, height, width } = this.shape;
    const data = await sharp(path, { failOn: 'error' })
      .autoOrient()
      .flatten({ background: this.background })
      .resize(width, height, { fit: 'cover', position: 'centre' })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer();
    if (channels === 1) return data;
    const plane = height * width;
    const planar = new Uint8Array(3 * plane);
    for (let i = 0; i < plane; i += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        planar[channel * plane + i] = data[i * 3 + channel] as number;
      }
    }
    return planar;
  }

  /** Reads the header only. Throws sharp's error when there is none. */
  async check(path: string): Promise<void> {
    await sharp(path).metadata();
  }
}

/** What sharp says of a file that it refused, in one line. */
export function reason(error: unknown): string {
  return (error as Error).message.split('\n')[0] ?? 'does not decode';
}
