/** Pictures of sequences. */
import sharp from 'sharp';
import { invalid } from '../errors.js';

const colours = [
  '#1f5fa8',
  '#d1495b',
  '#2e7d32',
  '#b26a00',
  '#6a3fa0',
  '#00838f',
  '#5d4037',
  '#455a64',
];
/** Features that are told apart. */
export const mostCurves = colours.length;
/** Pixels of a panel, and around it. */
const panel = { width: 96, height: 64, gap: 6 };

/**
 * Sequences as a PNG of small panels side by side, one a sequence, a curve for each feature, time to the right; all panels in the
 * same scale, which the values set, or `range`.
 *
 * @param shape [N, steps, features]: at least 2 steps, up to 8 features.
 * @throws GanodeError `INVALID_OPTION` for another shape, or one that does not fit the values.
 */
export async function curves(
  shape: readonly [number, number, number],
  values: Float32Array,
  range: readonly [number, number] = rangeOf(values),
): Promise<{ png: Buffer; width: number; height: number }> {
  const [count, steps, features] = shape;
  if (count < 1 || steps < 2 || features < 1 || features > mostCurves) {
    throw invalid('shape', 'N×steps×features of 2 steps or more and up to 8 features', shape);
  }
  if (count * steps * features !== values.length) {
    throw invalid('shape', `a shape of ${values.length} values`, shape.join('×'));
  }
  const across = Math.ceil(Math.sqrt(count));
  const width = across * (panel.width + panel.gap) + panel.gap;
  const height = Math.ceil(count / across) * (panel.height + panel.gap) + panel.gap;
  const [least, most] = range;
  const parts: string[] = [];
  for (let item = 0; item < count; item += 1) {
    const left = panel.gap + (item % across) * (panel.width + panel.gap);
    const top = panel.gap + Math.floor(item / across) * (panel.height + panel.gap);
    parts.push(
      `<rect x="${left}" y="${top}" width="${panel.width}" height="${panel.height}" fill="#fff"/>`,
    );
    for (let feature = 0; feature < features; feature += 1) {
      const points = Array.from({ length: steps }, (_, step) => {
        const value = values[(item * steps + step) * features + feature] as number;
        const share = Math.min(1, Math.max(0, (value - least) / (most - least)));
        const x = left + (panel.width * step) / (steps - 1);
        return `${x.toFixed(1)},${(top + panel.height * (1 - share)).toFixed(1)}`;
      });
      parts.push(
        `<polyline points="${points.join(' ')}" fill="none" stroke="${colours[feature]}" stroke-width="1.5"/>`,
      );
    }
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#ddd"/>${parts.join('')}</svg>`;
  return { png: await sharp(Buffer.from(svg)).removeAlpha().png().toBuffer(), width, height };
}

/** Least and largest finite value; a range of some width in any case. */
function rangeOf(values: Float32Array): [number, number] {
  const finite = values.filter(Number.isFinite);
  const least = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!(least < most)) return Number.isFinite(least) ? [least - 1, least + 1] : [-1, 1];
  return [least, most];
}
