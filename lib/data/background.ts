/** What is behind transparent pixels, and around images that do not fill their frame. */
import sharp from 'sharp';
import { invalid } from '../errors.js';

export const defaultBackground = '#ffffff';

/**
 * Bytes of a colour in each channel: red, green and blue, and how opaque it is in a fourth. Channels of other numbers are no
 * colours, and get its luminance.
 *
 * @param colour As CSS writes it.
 * @throws GanodeError `INVALID_OPTION` for an unknown colour.
 */
export async function backgroundBytes(colour: string, channels: number): Promise<Uint8Array> {
  try {
    const pixel = sharp({ create: { width: 1, height: 1, channels: 4, background: colour } });
    if (channels === 4) return await pixel.raw().toBuffer();
    const space = channels === 3 ? 'srgb' : 'b-w';
    const bytes = await pixel.removeAlpha().toColourspace(space).raw().toBuffer();
    return channels === 3 ? bytes : new Uint8Array(channels).fill(bytes[0] as number);
  } catch {
    throw invalid('background', 'a colour such as #ffffff', colour);
  }
}
