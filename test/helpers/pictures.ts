/** Pictures as people have them, made on the spot. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp from 'sharp';

export interface PictureOptions {
  width?: number;
  height?: number;
  /** As CSS writes it. */
  colour?: string;
}

/** Writes a picture of one colour, in the format that the extension says; folders are made as needed. */
export async function picture(
  path: string,
  { width = 16, height = 16, colour = '#808080' }: PictureOptions = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await sharp({ create: { width, height, channels: 3, background: colour } }).toFile(path);
}
