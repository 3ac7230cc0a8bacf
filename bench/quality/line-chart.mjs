// A curve with a name at each point, as a PNG.
import sharp from 'sharp';

const size = { width: 560, height: 400 };
const edge = { left: 64, right: 24, top: 24, bottom: 52 };

/**
 * @param points In the order in which they are joined: `{ x, y, label }`.
 * @param names Of the axes.
 */
export async function lineChart(points, names) {
  const [xs, ys] = [axis(points.map(({ x }) => x)), axis(points.map(({ y }) => y))];
  const inner = {
    width: size.width - edge.left - edge.right,
    height: size.height - edge.top - edge.bottom,
  };
  const left = (x) => edge.left + (inner.width * (x - xs.least)) / (xs.most - xs.least);
  const top = (y) => edge.top + inner.height * (1 - (y - ys.least) / (ys.most - ys.least));
  const text = (x, y, words, more = '') => `<text x="${x}" y="${y}" ${more}>${words}</text>`;
  const lines = [
    ...xs.ticks.map(
      (x) =>
        `<line x1="${left(x)}" x2="${left(x)}" y1="${edge.top}" y2="${size.height - edge.bottom}" stroke="#ddd"/>` +
        text(left(x), size.height - edge.bottom + 18, label(x), 'text-anchor="middle"'),
    ),
    ...ys.ticks.map(
      (y) =>
        `<line y1="${top(y)}" y2="${top(y)}" x1="${edge.left}" x2="${size.width - edge.right}" stroke="#ddd"/>` +
        text(edge.left - 8, top(y) + 4, label(y), 'text-anchor="end"'),
    ),
  ];
  const curve = points.map(({ x, y }) => `${left(x)},${top(y)}`).join(' ');
  const marks = points.map(
    ({ x, y, label: name }) =>
      `<circle cx="${left(x)}" cy="${top(y)}" r="4" fill="#d1495b"/>` +
      text(left(x) + 7, top(y) - 6, name, 'fill="#444"'),
  );
  const middle = edge.top + inner.height / 2;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#fff"/>${lines.join('')}
<polyline points="${curve}" fill="none" stroke="#1f5fa8" stroke-width="2"/>${marks.join('')}
${text(edge.left + inner.width / 2, size.height - 10, names.x, 'text-anchor="middle"')}
${text(16, middle, names.y, `text-anchor="middle" transform="rotate(-90 16 ${middle})"`)}</svg>`;
  return sharp(Buffer.from(svg)).removeAlpha().png().toBuffer();
}

const label = (value) => String(Number(value.toPrecision(6)));

/** Round numbers that hold all values, five or so. */
function axis(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const rough = (high - low || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough);
  const least = Math.floor(low / step) * step;
  const most = Math.ceil(high / step + 1e-9) * step;
  const count = Math.round((most - least) / step);
  return { least, most, ticks: Array.from({ length: count + 1 }, (_, i) => least + i * step) };
}
