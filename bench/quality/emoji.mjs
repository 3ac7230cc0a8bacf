// The emoji of npm's emoji-datasource-google, 64×64, as a folder of classes: their categories.
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Skin tones alone: five squares. */
const leftOut = new Set(['Component']);

/**
 * Fills `target` with links to the pictures, a folder for each category.
 *
 * @param directory Of the package; default where Node finds it (npm install --no-save emoji-datasource-google@16.0.0).
 */
export function emojiFolder(target, directory) {
  const list = directory
    ? join(directory, 'emoji.json')
    : createRequire(import.meta.url).resolve('emoji-datasource-google/emoji.json');
  const pictures = join(dirname(list), 'img', 'google', '64');
  for (const emoji of JSON.parse(readFileSync(list, 'utf8'))) {
    if (leftOut.has(emoji.category)) continue;
    const folder = join(target, emoji.category.replaceAll(/\W+/g, '-').toLowerCase());
    mkdirSync(folder, { recursive: true });
    for (const { image } of [emoji, ...Object.values(emoji.skin_variations ?? {})]) {
      link(join(pictures, image), join(folder, image));
    }
  }
  return target;
}

function link(from, to) {
  try {
    symlinkSync(from, to);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}
