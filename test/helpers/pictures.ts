/** Pictures on disk, for tests of data. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import type { Dataset } from '../../lib/data/dataset.js';

export interface Colour {
  r: number;
  g: number;
  b: number;
  alpha?: number;
}

export const red: Colour = { r: 255, g: 0, b: 0 };
export const green: Colour = { r: 0, g: 255, b: 0 };
export const blue: Colour = { r: 0, g: 0, b: 255 };

export type Format = 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff' | 'avif';

/** A picture of one colour as the bytes of a file. */
export function plain(
  colour: Colour,
  { width = 4, height = 4, format = 'png' as Format, lossless = false } = {},
): Promise<Buffer> {
  const channels = colour.alpha === undefined ? 3 : 4;
  const picture = sharp({ create: { width, height, channels, background: colour } });
  return (lossless ? picture.webp({ lossless }) : picture[format]()).toBuffer();
}

/** Interleaved bytes as a PNG. */
export function png(
  pixels: readonly number[],
  width: number,
  height: number,
  orientation?: number,
): Promise<Buffer> {
  const channels = (pixels.length / (width * height)) as 1 | 2 | 3 | 4;
  const picture = sharp(Uint8Array.from(pixels), { raw: { width, height, channels } });
  return (orientation ? picture.withMetadata({ orientation }) : picture).png().toBuffer();
}

/** A picture that does not compress, so that half of it is no picture. */
export function noise(format: Format = 'png', side = 64): Promise<Buffer> {
  const pixels = Uint8Array.from(
    { length: side * side * 3 },
    (_, i) => (i * i * 31 + (i >> 3)) % 251,
  );
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    [format]()
    .toBuffer();
}

/** Writes files below a folder, by their names. */
export async function fill(
  dir: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(dir, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

/** All values of one image, C×H×W. */
export async function image(dataset: Dataset, index: number): Promise<number[]> {
  const { channels, height, width } = dataset.shape;
  const target = new Uint8Array(channels * height * width);
  await dataset.read(Uint32Array.of(index), target);
  return [...target];
}

/** The first pixel of every image: which picture it is, where each is of one colour. */
export async function firstPixels(dataset: Dataset): Promise<number[][]> {
  const { channels, height, width } = dataset.shape;
  const found: number[][] = [];
  for (let index = 0; index < dataset.length; index += 1) {
    const values = await image(dataset, index);
    found.push(Array.from({ length: channels }, (_, c) => values[c * height * width] as number));
  }
  return found;
}

/** Writes a picture of one colour, as CSS writes it, in the format that the extension says; folders are made as needed. */
export async function picture(
  path: string,
  { width = 16, height = 16, colour = '#808080' } = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await sharp({ create: { width, height, channels: 3, background: colour } }).toFile(path);
}
