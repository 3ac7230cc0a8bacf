// What kinds of inputs share.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ArrayDataset } from '../../../dist/index.js';
import { Finding } from '../verdict.mjs';

/** Writes files below a folder. */
export function writeFiles(dir, files) {
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}

/** Paths of the files below a folder, as seen from there. */
export function namesBelow(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .sort();
}

/** Files below a folder, by their paths from there. */
export function readFiles(dir) {
  return Object.fromEntries(namesBelow(dir).map((name) => [name, readFileSync(join(dir, name))]));
}

/** Images whose values tell their place. */
export function images(count, shape, { classes = 0, float = false, kind } = {}) {
  const length = count * shape.channels * shape.height * shape.width;
  const value = (i) => (i * 7) % 256;
  return new ArrayDataset({
    images: float
      ? Float32Array.from({ length }, (_, i) => value(i) / 128 - 1)
      : Uint8Array.from({ length }, (_, i) => value(i)),
    shape,
    ...(kind && { kind }),
    ...(classes && {
      labels: Array.from({ length: count }, (_, i) => i % classes),
      classes: ['cats', 'dogs', 'emus', 'foxes'].slice(0, classes),
    }),
  });
}

const isWhole = (value, least, most = Number.MAX_SAFE_INTEGER) =>
  Number.isInteger(value) && value >= least && value <= most;

/** Throws a Finding unless a dataset that was opened is one, down to the values of its first and last image. */
export async function checkDataset(dataset) {
  const { length, shape, dtype, labels, classes, warnings = [] } = dataset;
  const { channels, height, width } = shape;
  const wrong = (what) => {
    throw new Finding(
      `dataset: ${what}`,
      `the dataset's ${what}: ${JSON.stringify({ length, shape, dtype })}`,
    );
  };
  if (!isWhole(length, 1)) wrong('length');
  for (const side of [channels, height, width]) if (!isWhole(side, 1)) wrong('shape');
  if (dtype !== 'uint8' && dtype !== 'float32') wrong('dtype');
  if (labels) {
    if (labels.length !== length) wrong('number of labels');
    if (!labels.every((label) => isWhole(label, 0, classes.length - 1))) wrong('labels');
    if (new Set(classes).size !== classes.length) wrong('classes');
  }
  for (const text of warnings) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)) {
      throw new Finding('control characters in a warning', JSON.stringify(text));
    }
    if (text.length > 1500)
      throw new Finding('long warning', `${text.length}: ${text.slice(0, 200)}`);
  }
  const values = channels * height * width;
  if (values > 2 ** 22) return;
  const target = dtype === 'uint8' ? new Uint8Array(2 * values) : new Float32Array(2 * values);
  await dataset.read(Uint32Array.of(0, length - 1), target);
  if (!target.every(Number.isFinite)) wrong('values');
}
