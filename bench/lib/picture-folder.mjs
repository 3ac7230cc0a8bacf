// A folder of PNG files in the system's temporary folder, made anew: half gradient, half noise, which PNG packs about as well
// as photographs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';

/** `count` colour pictures of `size`×`size`; `close` removes them. */
export async function makeFolder({ count, size }) {
  const folder = await mkdtemp(join(tmpdir(), 'ganode-bench-pictures-'));
  for (let index = 0; index < count; index += 1) {
    const pixels = Buffer.from(
      Array.from({ length: size * size * 3 }, (_, i) => value(i, size, index)),
    );
    const raw = { width: size, height: size, channels: 3 };
    await sharp(pixels, { raw })
      .png()
      .toFile(join(folder, `${String(index).padStart(5, '0')}.png`));
  }
  return { folder, close: () => rm(folder, { recursive: true, force: true }) };
}

function value(i, size, index) {
  const x = Math.floor(i / 3) % size;
  const gradient = ((x / size) * 128 + index * 7) % 128;
  return Math.floor(gradient + Math.random() * 64);
}
