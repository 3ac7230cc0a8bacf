/** Pictures as files, in the format that the name says. */
import { extname } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { invalid } from '../errors.js';
import { writeFileAtomic } from '../files.js';
import { type Frame, sharpOf } from './png.js';

/** Limits of the formats in pixels a side. */
export const mostSide: Readonly<Record<string, number>> = {
  png: 2 ** 31 - 1,
  jpeg: 65500,
  webp: 16383,
  avif: 16384,
  tiff: 2 ** 31 - 1,
  gif: 65535,
};

/** JPEG alone is made of fewer values than it is given, and has no transparency: what shows through is white. */
const encoders: Readonly<Record<string, (picture: Sharp) => Sharp>> = {
  png: (picture) => picture.png(),
  jpeg: (picture) =>
    picture.flatten({ background: '#ffffff' }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  webp: (picture) => picture.webp({ lossless: true }),
  avif: (picture) => picture.avif({ lossless: true }),
  tiff: (picture) => picture.tiff({ compression: 'deflate' }),
};

const formats: Readonly<Record<string, string>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
  '.avif': 'avif',
  '.tif': 'tiff',
  '.tiff': 'tiff',
};

/**
 * The format that a file's extension names; PNG where it has none, as `/dev/stdout`.
 *
 * @param name What the file is called in the message.
 * @throws GanodeError `INVALID_OPTION` for an extension of no format that is written, with the list of those that are.
 */
export function pictureFormat(file: string, name = 'file'): string {
  const extension = extname(file).toLowerCase();
  const format = extension === '' ? 'png' : formats[extension];
  if (format) return format;
  throw invalid(name, `a name that ends in ${Object.keys(formats).join(', ')}`, file);
}

/**
 * Writes a picture, pixels or a PNG, in the format that the file's name says: JPEG at quality 95 on white, the others without loss.
 *
 * @throws GanodeError `INVALID_OPTION` for another extension, or more pixels a side than the format holds; `IO`.
 */
export async function writePicture(file: string, picture: Frame | Buffer): Promise<void> {
  const format = pictureFormat(file);
  const isPng = Buffer.isBuffer(picture);
  if (isPng && format === 'png') return writeFileAtomic(file, picture);
  const source = isPng ? sharp(picture, { limitInputPixels: false }) : sharpOf(picture);
  const { width = 0, height = 0 } = isPng ? await source.metadata() : picture;
  requireSides(format, width, height);
  const encode = encoders[format] as (picture: Sharp) => Sharp;
  await writeFileAtomic(file, await encode(source).toBuffer());
}

/** Throws `INVALID_OPTION` where a format does not hold so many pixels a side. */
export function requireSides(format: string, width: number, height: number): void {
  const most = mostSide[format] as number;
  if (Math.max(width, height) <= most) return;
  throw invalid('shape', `at most ${most} pixels a side for ${format}`, `${height}×${width}`);
}
